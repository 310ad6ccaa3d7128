// Before the first paint, so that a page the reader wants dark is never light for a moment. The key is that of app/src/theme.rs.
try {
  const theme = localStorage.getItem('kontor.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {}

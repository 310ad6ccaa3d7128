// Before the first paint, so that a page the reader wants dark is never light for a moment. The key is that of app/src/theme.rs.
try {
  const theme = localStorage.getItem('kontor.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {}
// Whoever signed out where the server could not be told is still who it makes the first rows for: they are not shown. The key
// is that of app/src/session.rs.
try {
  if (localStorage.getItem('kontor.leaves')) document.documentElement.classList.add('left');
} catch {}

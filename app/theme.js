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
// The first rows are seen before the page's program listens: until its own rows are in their place, `/` goes to their search, as it
// does to the program's, which leaves alone what was dealt with here. The key of the choice is that of app/src/keys.rs.
const slash = (event) => {
  const first = document.getElementById('first');
  if (!first) {
    if (document.readyState !== 'loading') removeEventListener('keydown', slash, true);
    return;
  }
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const { activeElement } = document;
  if (activeElement?.matches('input:not(.qty, [type=checkbox]), textarea, select') || document.querySelector('dialog[open]')) return;
  try {
    if (localStorage.getItem('kontor.letter-keys') === 'off') return;
  } catch {}
  const search = first.querySelector('.search input');
  if (!search) return;
  search.focus();
  search.select();
  event.preventDefault();
};
addEventListener('keydown', slash, true);

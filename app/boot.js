// What a page starts with; `cargo xtask build` fills in the names. Where it does not start its program is put anew, else the server's
// own page is taken, at last the edition that waits. Each is tried once in a session of the browser, so that a page never reloads
// for ever. Drafts and orders that wait are in localStorage and the list in a cache of its own: they stay.
const SCRIPT = '{{SCRIPT}}';
const WASM = '{{WASM}}';
// Whether the service worker keeps this page.
const KEPT = {{KEPT}};
// Whether this is the price list.
const LIST = {{LIST}};
const TRIED = 'kontor.rescue';

const SENTENCES = {
  en: ['This page does not start.', 'What you typed and what waits to be sent is safe on this device.', 'Try again'],
  ru: ['Страница не открывается.', 'Всё, что вы ввели и что ждёт отправки, сохранено на этом устройстве.', 'Попробовать снова'],
  bg: ['Страницата не се отваря.', 'Въведеното и чакащото за изпращане е запазено на това устройство.', 'Нов опит'],
};

const tell = () => {
  if (document.getElementById('broken')) return;
  const note = Object.assign(document.createElement('div'), { id: 'broken', className: 'note note-bad' });
  note.setAttribute('role', 'alert');
  for (const [lang, [wrong, safe]] of Object.entries(SENTENCES)) {
    note.append(Object.assign(document.createElement('p'), { lang, textContent: KEPT ? `${wrong} ${safe}` : wrong }));
  }
  const again = Object.assign(document.createElement('button'), { className: 'btn btn-main', type: 'button' });
  again.textContent = Object.values(SENTENCES).map(([, , label]) => label).join(' · ');
  again.addEventListener('click', () => {
    mark('');
    location.reload();
  });
  note.append(again);
  document.body.prepend(note);
};

const mark = (tried) => {
  try {
    if (tried) sessionStorage.setItem(TRIED, tried);
    else sessionStorage.removeItem(TRIED);
    return true;
  } catch {
    return false;
  }
};

const tried = () => {
  try {
    return sessionStorage.getItem(TRIED);
  } catch {
    return null;
  }
};

// A reload for the next edition may meet the worker of the old one, where that has an answer under way: then this page is the old
// one's once more, and left as soon as the next has taken over. Once only.
const TAKING = 'kontor.taking';
const follow = async () => {
  if (!KEPT || !sessionStorage.getItem(TAKING)) return;
  sessionStorage.removeItem(TAKING);
  const registration = await navigator.serviceWorker?.getRegistration();
  // Asked for, not listened to: a page that is still loading is told of nothing.
  for (let tries = 0; registration && tries < 100; tries += 1) {
    if (!registration.waiting && registration.active?.state === 'activated') {
      // What was this page's is gone, unless it is the next one's already.
      if (!(await caches.match(SCRIPT, { ignoreVary: true }))) location.reload();
      return;
    }
    await new Promise((done) => setTimeout(done, 100));
  }
};
follow().catch(() => {});

// Says whether it did within some seconds: an answer under way keeps the old worker at work.
const takeOver = (worker) => new Promise((done) => {
  navigator.serviceWorker.addEventListener('controllerchange', () => done(true), { once: true });
  setTimeout(() => done(false), 3000);
  worker.postMessage('take over');
});

// Without the server what is kept is all there is; a proxy's word is not the server's.
const reached = () => fetch('/healthz', { cache: 'no-store' }).then((answer) => answer.ok, () => false);

// Puts this page's program anew where it is kept, past what is kept: a file that was damaged, there or on its way. Other tabs
// keep what they have.
const renew = async () => {
  for (const address of [SCRIPT, WASM]) {
    const answer = await fetch(`${address}?anew`, { cache: 'reload' });
    if (!answer.ok) return false;
    await fetch(address, { cache: 'reload' }).then((copy) => copy.arrayBuffer());
    if (!KEPT) continue;
    for (const name of (await caches.keys()).filter((name) => name.startsWith('kontor-app-'))) {
      const cache = await caches.open(name);
      if (await cache.match(address, { ignoreVary: true })) await cache.put(address, answer.clone());
    }
  }
  return true;
};

// An answer that is not read to its end would keep the old worker at work, and the next one waiting.
const reading = new AbortController();

// This edition's pages come from the server from now on, which may have the next one, and its worker is at work as before: a
// worker that is to go waits for answers a broken start leaves behind, and with it every reload.
const letGo = async () => {
  for (const name of (await caches.keys()).filter((name) => name.startsWith('kontor-app-'))) {
    const cache = await caches.open(name);
    if (!(await cache.match(SCRIPT, { ignoreVary: true }))) continue;
    for (const { url } of await cache.keys()) if (new URL(url).pathname.startsWith('/shell/')) await cache.delete(url);
  }
};

// Each is tried once, in this order; says whether it is worth a reload.
const STEPS = {
  anew: renew,
  server: async () => KEPT && await reached() && letGo().then(() => true),
  // Without a server, the edition that waits.
  next: async () => {
    const worker = KEPT && (await navigator.serviceWorker?.getRegistration())?.waiting;
    if (worker && !(await takeOver(worker))) sessionStorage.setItem(TAKING, '1');
    return !!worker;
  },
};

const rescue = async (error) => {
  console.error(error);
  reading.abort();
  // Fetching another edition may take its time; nobody looks at an empty page meanwhile.
  setTimeout(tell, 1500);
  const names = Object.keys(STEPS);
  for (const name of names.slice(names.indexOf(tried()) + 1)) {
    if (await STEPS[name]().catch(() => false) && mark(name)) return location.reload();
  }
  tell();
};

// The first screen as this reader saw it last, where the page has none of the server's: it comes from what is kept, as the rows do
// (app/src/catalogue/kept.rs). The app takes it away once its own rows are painted.
const layFirst = async () => {
  if (!LIST || location.pathname !== '/' || location.search || document.getElementById('first')) return;
  const entry = await caches.match('/kept/first', { cacheName: 'kontor-kept' });
  if (!entry) return;
  const { reader, what: [lang, html] } = JSON.parse(new TextDecoder().decode(new Uint8Array(await entry.arrayBuffer()).subarray(4)));
  const who = JSON.parse(localStorage.getItem('kontor.who') ?? 'null');
  const mine = reader === (who ? `${who.login} ${who.customer?.code ?? ''}` : '') && lang === (localStorage.getItem('kontor.lang') ?? lang);
  if (mine && !document.querySelector('body > .bar')) document.body.insertAdjacentHTML('afterbegin', html);
};
// Before the app starts, which would have nothing to show yet: what is kept is read in some milliseconds.
Promise.all([import(SCRIPT), layFirst().catch(() => {})]).then(([{ default: init }]) => init({ module_or_path: fetch(WASM, { signal: reading.signal }) })).then(() => mark(''), rescue).catch(tell);

// Whole pages, ours and the lean peer's by turns: start, keys, scrolling, memory, Excel. Ours is driven through what a buyer
// sees: the field, the count, the rows, the key for Excel.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { serve, launch, heap, bundle, med, pct, rendererPid, rssKb, resetPeak } from '../lib.mjs';

const SLOW = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };
const WORDS = ['принтер canon', 'саморез 3.5', 'дрель bosch'];
const PAGES = {
  ours: { field: '#search', count: '.found [role=status]', rows: '.list .item', scroller: '.list', lazy: /worker/ },
  lean: { field: '#q', count: '#cnt', rows: '.sc .row', scroller: '.sc', lazy: /export/ },
};

// Runs before the page's own scripts.
const before = (page) => {
  window.__nodownload = 1;
  window.bench = { long: 0, rows: null, file: null };
  const painted = () => new Promise((done) => requestAnimationFrame(() => { const channel = new MessageChannel(); channel.port1.onmessage = done; channel.port2.postMessage(0); }));
  window.bench.painted = painted;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => { window.bench.long = Math.max(window.bench.long, entry.duration); })).observe({ type: 'longtask', buffered: true });
  (async () => {
    while (!document.querySelector(page.rows)) await new Promise((done) => requestAnimationFrame(done));
    await painted();
    window.bench.rows = performance.now();
  })();
  const make = URL.createObjectURL;
  URL.createObjectURL = (blob) => {
    window.bench.file = { at: performance.now(), size: blob.size };
    return make.call(URL, blob);
  };
};

const typed = ([page, words]) => (async () => {
  const field = document.querySelector(page.field);
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
  const put = (text) => { set.call(field, text); field.dispatchEvent(new Event('input', { bubbles: true })); };
  const said = () => document.querySelector(page.count)?.textContent;
  const times = [];
  for (const word of words) {
    for (let end = 1; end <= word.length; end += 1) {
      const old = said();
      const start = performance.now();
      put(word.slice(0, end));
      let frames = 0;
      let at;
      do { await window.bench.painted(); at = performance.now(); frames += 1; } while (said() === old && frames < 6 && word[end - 1] !== ' ');
      // A key that finds as many as the one before shows nothing that could be waited for.
      if (said() !== old) times.push(at - start);
    }
    put('');
    for (let frame = 0; frame < 3; frame += 1) await window.bench.painted();
    await new Promise((done) => setTimeout(done, 100));
  }
  return times;
})();

const scrolled = ([page, frames]) => (async () => {
  let box = document.querySelector(page.scroller);
  while (box && box !== document.scrollingElement && box.scrollHeight <= box.clientHeight + 1) box = box.parentElement ?? document.scrollingElement;
  box ??= document.scrollingElement;
  window.bench.long = 0;
  let blank = 0;
  for (let frame = 0; frame < frames; frame += 1) {
    box.scrollTop += 1200;
    await new Promise((done) => requestAnimationFrame(done));
    if (frame % 4 === 3 && !document.elementFromPoint(500, 450)?.textContent) blank += 1;
  }
  return { blank, long: window.bench.long, moved: box.scrollTop };
})();

const value = async (cdp, name) => (await cdp.send('Performance.getMetrics')).metrics.find((metric) => metric.name === name).value;

// What WebAssembly holds, which the heap's own count leaves out, in MB.
async function linear(cdp) {
  const { result: prototype } = await cdp.send('Runtime.evaluate', { expression: 'WebAssembly.Memory.prototype' });
  const { objects } = await cdp.send('Runtime.queryObjects', { prototypeObjectId: prototype.objectId });
  const sum = 'function () { return this.reduce((all, memory) => all + memory.buffer.byteLength, 0); }';
  const { result } = await cdp.send('Runtime.callFunctionOn', { objectId: objects.objectId, functionDeclaration: sum, returnByValue: true });
  return result.value / 1e6;
}

// Frames as soon as they are made, not 60 a second: what a key costs, without the wait for the screen's clock.
const UNCLOCKED = ['--disable-frame-rate-limit', '--disable-gpu-vsync'];

async function visit(kind, url, { slow = false, exporting = false, offline = false, unclocked = false } = {}) {
  const page = PAGES[kind];
  const browser = await launch(unclocked ? UNCLOCKED : []);
  try {
    const context = await browser.newContext({ viewport: { width: 1300, height: 850 }, acceptDownloads: false });
    const tab = await context.newPage();
    tab.setDefaultTimeout(120_000);
    const cdp = await context.newCDPSession(tab);
    await cdp.send('Performance.enable');
    await cdp.send('Network.enable');
    const lengths = new Map();
    const lazy = new Set();
    cdp.on('Network.requestWillBeSent', (event) => { if (page.lazy.test(event.request.url)) lazy.add(event.requestId); });
    cdp.on('Network.loadingFinished', (event) => lengths.set(event.requestId, event.encodedDataLength));
    if (slow) {
      await cdp.send('Network.emulateNetworkConditions', SLOW);
      await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    }
    await tab.addInitScript(before, page);
    await tab.goto(`${url}/`, { waitUntil: 'commit' });
    await tab.waitForFunction(() => window.bench.rows);
    await tab.waitForLoadState('networkidle');
    const found = await tab.evaluate(() => ({ rows: window.bench.rows, paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime }));
    found.bytes = [...lengths].filter(([id]) => !lazy.has(id)).reduce((sum, [, length]) => sum + length, 0);
    if (slow) return found;
    if (offline) {
      // Time enough to keep what is to be kept.
      await tab.waitForTimeout(6_000);
      await context.setOffline(true);
      const second = await tab.reload({ waitUntil: 'commit' }).then(() => tab.waitForFunction(() => window.bench?.rows, null, { timeout: 20_000 })).catch(() => null);
      found.second = second ? await tab.evaluate(() => window.bench.rows) : null;
      return found;
    }
    await tab.waitForSelector(page.field);
    if (unclocked) {
      // Until what is fetched after the first rows is there.
      await tab.waitForTimeout(3_000);
      return { keys: await tab.evaluate(typed, [page, WORDS]) };
    }
    found.heap = (await heap(cdp)) + (await linear(cdp));
    const pids = await rendererPid(browser);
    found.rss = rssKb(pids).max / 1024;
    found.keys = await tab.evaluate(typed, [page, WORDS]);
    const work = await value(cdp, 'TaskDuration');
    const scroll = await tab.evaluate(scrolled, [page, 120]);
    found.frame = ((await value(cdp, 'TaskDuration')) - work) * 1000 / 120;
    Object.assign(found, { blank: scroll.blank, long: scroll.long, moved: scroll.moved });
    if (exporting) {
      // Its module is there by now, as it is for whoever has looked at the list for some seconds.
      await tab.waitForTimeout(5_000);
      await tab.evaluate(() => { window.bench.long = 0; window.bench.file = null; });
      resetPeak(pids);
      const at = rssKb(pids).rss;
      const start = await tab.evaluate((ours) => {
        window.bench.start = performance.now();
        if (ours) window.dispatchEvent(new KeyboardEvent('keydown', { key: 's', code: 'KeyS', ctrlKey: true, bubbles: true, cancelable: true }));
        else document.querySelector('#export').click();
        return window.bench.start;
      }, kind === 'ours');
      await tab.waitForFunction((ours) => (ours ? window.bench.file : window.__export), kind === 'ours', { polling: 20 });
      const file = await tab.evaluate((ours) => (ours ? window.bench.file : { at: window.bench.start + window.__export.ms, size: window.__export.size }), kind === 'ours');
      found.file = { ms: file.at - start, bytes: file.size, peak: (rssKb(pids).hwm - at) / 1024, block: await tab.evaluate(() => window.bench.long) };
    }
    return found;
  } finally {
    await browser.close().catch(() => {});
  }
}

// ExcelJS in a page with nothing else.
async function exceljs(size) {
  await bundle('browser/xlsx.js', 'out/xlsx.js');
  const server = await serve([['/data/', 'data'], ['/out/', 'out']]);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    await page.goto(`${server.url}/blank.html`);
    await page.addScriptTag({ url: '/out/xlsx.js' });
    await page.evaluate((n) => window.__load(n), size);
    await page.evaluate(() => globalThis.gc());
    const pids = await rendererPid(browser);
    const at = rssKb(pids).rss;
    resetPeak(pids);
    const file = await page.evaluate(() => window.__export('exceljs', null));
    return { ms: file.ms, bytes: file.size, block: file.block, peak: (rssKb(pids).hwm - at) / 1024 };
  } finally {
    await browser.close().catch(() => {});
    server.close();
  }
}

function packed(file) {
  if (fs.existsSync(`${file}.br`)) return;
  const { constants } = zlib;
  const quality = fs.statSync(file).size > 8e6 ? 9 : 11;
  fs.writeFileSync(`${file}.br`, zlib.brotliCompressSync(fs.readFileSync(file), { params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: 24 } }));
}

export async function pages(size, url, rounds) {
  fs.mkdirSync(`out/d${size}`, { recursive: true });
  fs.copyFileSync(`data/items-${size}.json`, `out/d${size}/items.json`);
  packed(`out/d${size}/items.json`);
  const dist = 'peer-app-lean/dist';
  for (const name of fs.readdirSync(dist, { recursive: true })) {
    const file = path.join(dist, name);
    if (/\.(js|css|html)$/.test(name) && fs.statSync(file).isFile()) packed(file);
  }
  const peer = await serve([['/data/', `out/d${size}`], ['/', dist]], { precompressed: true });
  const at = { ours: url, lean: peer.url };
  const all = { ours: [], lean: [] };
  const slow = { ours: [], lean: [] };
  const unclocked = { ours: [], lean: [] };
  const second = [];
  const files = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of ['ours', 'lean']) {
      all[kind].push(await visit(kind, at[kind], { exporting: true }));
      unclocked[kind].push(await visit(kind, at[kind], { unclocked: true }));
      if (size <= 20_000) slow[kind].push(await visit(kind, at[kind], { slow: true }));
    }
    second.push(await visit('ours', url, { offline: true }));
    files.push(await exceljs(size));
  }
  peer.close();
  const middle = (list, of) => { const values = list.map(of).filter((one) => Number.isFinite(one)); return values.length ? med(values) : null; };
  const told = (kind) => {
    const runs = all[kind];
    const keys = runs.flatMap((run) => run.keys);
    const bare = unclocked[kind].flatMap((run) => run.keys);
    return {
      rows: middle(runs, (run) => run.rows), paint: middle(runs, (run) => run.paint), bytes: middle(runs, (run) => run.bytes), heap: middle(runs, (run) => run.heap), rss: middle(runs, (run) => run.rss),
      key: med(keys), keyP95: pct(keys, 0.95), bareKey: med(bare), bareKeyP95: pct(bare, 0.95), frame: middle(runs, (run) => run.frame), blank: middle(runs, (run) => run.blank), long: middle(runs, (run) => run.long), moved: middle(runs, (run) => run.moved),
      file: Object.fromEntries(['ms', 'bytes', 'peak', 'block'].map((what) => [what, middle(runs, (run) => run.file[what])])),
      slowRows: middle(slow[kind], (run) => run.rows), slowPaint: middle(slow[kind], (run) => run.paint),
    };
  };
  const result = {
    ours: told('ours'), lean: told('lean'),
    second: { first: middle(second, (run) => run.rows), offline: middle(second, (run) => run.second) },
    exceljs: Object.fromEntries(['ms', 'bytes', 'peak', 'block'].map((what) => [what, middle(files, (file) => file[what])])),
  };
  console.error('page', size, JSON.stringify(result));
  return result;
}

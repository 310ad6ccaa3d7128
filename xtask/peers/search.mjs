// Search alone: per keystroke, by class, until it is ready, in memory. Each library in a browser of its own, by turns.
import fs from 'node:fs';
import { serve, launch, heap, bundle, med, pct } from '../lib.mjs';
import { relevance, typeahead } from '../queries.mjs';

const NAMES = ['kontor', 'linear-includes', 'flexsearch-full-all', 'minisearch'];
const REPAIRED = /typo|layout|translit/;
const NONSENSE = ['qzxwvkjq', 'ыъйщжцэф', 'xkcdqwzz 99887766', 'жщъыьэ цкфх', 'zzzz-0000-zzzz'];

export async function search(sizes, rounds) {
  // Ours joins the harness's table of libraries.
  fs.writeFileSync('browser/kontor-entry.js', `
import init, { Search } from './kontor_search.js';
import { libs } from './search.js';
libs.kontor = {
  async build(items) {
    const bytes = window.kontorBytes;
    // The module is there before the data, as the libraries' scripts are.
    const wasm = await init({ module_or_path: '/browser/kontor_search_bg.wasm' });
    const before = wasm.memory.buffer.byteLength;
    const start = performance.now();
    const search = new Search(bytes);
    const ready = performance.now();
    // A key that comes before the page had an idle moment; then what the page does in those, and the memory it all takes.
    search.find('б', 50);
    const first = performance.now() - ready;
    const parts = [0];
    for (let last = performance.now(); search.settle(); last = performance.now()) parts.push(performance.now() - last);
    window.kontorBuilt = { ms: ready - start, first, part: Math.max(...parts), mb: (wasm.memory.buffer.byteLength - before) / 1e6 };
    const places = new Map(items.map((item, at) => [item.sku, at]));
    return { search, place: items.map((_, row) => places.get(search.code(row))) };
  },
  query({ search, place }, query) {
    const [total, ...rows] = search.find(query, 50);
    return { ids: rows.map((row) => place[row]), total };
  },
};`);
  await bundle('browser/kontor-entry.js', 'out/kontor-search.js', { format: 'esm' });
  const server = await serve([['/data/', 'data'], ['/out/', 'out'], ['/browser/', 'browser']]);
  const keys = [...new Set(typeahead.flatMap((word) => Array.from({ length: word.length }, (_, at) => word.slice(0, at + 1))))];
  const results = {};
  for (const size of sizes) {
    const labelled = relevance(JSON.parse(fs.readFileSync(`data/items-${size}.json`, 'utf8')));
    const repaired = labelled.filter((query) => REPAIRED.test(query.cls)).map((query) => query.q);
    const all = Object.fromEntries(NAMES.map((name) => [name, { exact: [], repaired: [], ready: [], first: [], part: [], mb: [] }]));
    for (let round = 0; round < rounds; round += 1) {
      for (const name of NAMES) {
        const browser = await launch();
        try {
          const page = await browser.newPage();
          page.setDefaultTimeout(0);
          await page.goto(`${server.url}/blank.html`);
          await page.addScriptTag({ url: '/out/kontor-search.js', type: 'module' });
          await page.waitForFunction(() => window.__load);
          await page.evaluate((n) => window.__load(n), size);
          if (name === 'kontor') await page.evaluate(async (n) => { window.kontorBytes = new Uint8Array(await (await fetch(`/data/kontor-${n}.bin`)).arrayBuffer()); }, size);
          const cdp = await page.context().newCDPSession(page);
          await cdp.send('Performance.enable');
          const before = await heap(cdp);
          let ready = await page.evaluate((one) => window.__build(one), name);
          let mb = (await heap(cdp)) - before;
          const built = name === 'kontor' ? await page.evaluate(() => window.kontorBuilt) : null;
          if (built) ({ ms: ready, mb } = built);
          const timed = async (queries) => (await page.evaluate(([one, what]) => window.__run(one, what, { rounds: 3, budgetMs: 20_000 }), [name, queries])).filter(Boolean).map(([middle]) => middle);
          const one = all[name];
          one.exact.push(...await timed(keys));
          one.repaired.push(...await timed(repaired));
          one.ready.push(ready);
          if (built) {
            one.first.push(built.first);
            one.part.push(built.part);
          }
          one.mb.push(mb);
          if (round === 0) {
            const classes = {};
            for (const query of labelled) {
              const { ids } = await page.evaluate(([lib, q]) => window.__one(lib, q), [name, query.q]);
              const right = new Set(query.ids);
              (classes[query.cls] ??= []).push(ids.slice(0, 10).filter((id) => right.has(id)).length / Math.min(10, right.size));
            }
            one.classes = Object.fromEntries(Object.entries(classes).map(([cls, values]) => [cls, values.reduce((sum, value) => sum + value, 0) / values.length]));
            one.nonsense = 0;
            for (const query of NONSENSE) one.nonsense += (await page.evaluate(([lib, q]) => window.__one(lib, q), [name, query])).ids.length;
          }
        } catch (error) {
          all[name].error = String(error.message).slice(0, 200);
        } finally {
          await browser.close().catch(() => {});
        }
      }
    }
    results[size] = Object.fromEntries(Object.entries(all).map(([name, one]) => [name, {
      exact: pct(one.exact, 0.95), repaired: pct(one.repaired, 0.95), ready: med(one.ready), first: med(one.first), part: med(one.part), mb: med(one.mb), classes: one.classes, nonsense: one.nonsense, error: one.error,
    }]));
    console.error('search', size, JSON.stringify(results[size]));
  }
  server.close();
  return results;
}

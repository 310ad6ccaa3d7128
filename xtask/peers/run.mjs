// usage: node kontor/run.mjs KONTOR SIZES ROUNDS; prints what was measured as JSON. Runs in the copied harness.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { ours } from './ours.mjs';
import { pages } from './page.mjs';
import { search } from './search.mjs';
import { med } from '../lib.mjs';

const [kontor, list, rounds] = process.argv.slice(2);
const sizes = list.split(',').map(Number);
fs.mkdirSync('out', { recursive: true });
const missing = sizes.filter((size) => !fs.existsSync(`data/items-${size}.csv`));
if (missing.length) execFileSync('node', ['gen.mjs', 'data', missing.join(','), '--csv'], { stdio: ['ignore', 'ignore', 'inherit'] });

const result = { machine: `${os.cpus()[0].model}, ${os.cpus().length} cores`, sizes, rounds: Number(rounds), pages: {}, grids: {} };
for (const size of sizes) {
  const served = await ours(kontor, size);
  try {
    result.pages[size] = await pages(size, served.url, result.rounds);
  } finally {
    served.stop();
  }
  // The harness's own measurement of the grids that scroll best, right after.
  execFileSync('node', ['grid-bench.mjs', String(size), 'revogrid,tanstack-virtual-vanilla', String(Math.min(3, result.rounds))], { stdio: ['ignore', 'ignore', 'inherit'] });
  const grids = JSON.parse(fs.readFileSync('results.json', 'utf8'))[`grid_${size}`];
  result.grids[size] = Object.fromEntries(Object.entries(grids).map(([name, grid]) => [name, grid.main_thread_ms_per_frame]));
}
result.search = await search(sizes, Math.min(3, result.rounds));
result.load = med(os.loadavg());
console.log(JSON.stringify(result));
process.exit(0);

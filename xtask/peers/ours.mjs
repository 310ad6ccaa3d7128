// Kontor with the peers' goods in it: imported, published, served. One currency, for a price list has one.
import fs from 'node:fs';
import net from 'node:net';
import { execFileSync, spawn } from 'node:child_process';

const port = () => new Promise((done) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const found = server.address().port;
    server.close(() => done(found));
  });
});

export async function ours(kontor, size) {
  const data = `kontor/firm-${size}`;
  const run = (...words) => execFileSync(kontor, [...words, '--data', data], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (!fs.existsSync(`${data}/published`)) {
    fs.rmSync(data, { recursive: true, force: true });
    fs.mkdirSync(data, { recursive: true });
    const [head, ...lines] = fs.readFileSync(`data/items-${size}.csv`, 'utf8').split('\n');
    fs.writeFileSync(`${data}/goods.csv`, [head, ...lines.map((line) => line.replace(/,(RUB|BGN)(,[^,]*,[^,]*)$/, ',EUR$2'))].join('\n'));
    fs.writeFileSync(`${data}/firm.json`, JSON.stringify({ public_price_type: 'wholesale' }));
    run('firm', 'set', `${data}/firm.json`);
    run('import', 'products', `${data}/goods.csv`, '--map', 'generated', '--currency', 'EUR');
    run('publish');
    fs.writeFileSync(`${data}/published`, '');
  }
  const at = await port();
  const url = `http://127.0.0.1:${at}`;
  const child = spawn(kontor, ['serve', '--data', data, '--listen', `127.0.0.1:${at}`], { stdio: 'ignore', env: { ...process.env, KONTOR_PUBLIC_URL: url } });
  for (let tries = 0; tries < 600; tries += 1) {
    if (await fetch(`${url}/healthz`).then((answer) => answer.ok, () => false)) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  // Packed as well as it gets, as it is a while after publishing.
  const packed = Date.now() + 120_000;
  let length = 0;
  for (let same = 0; same < 3 && Date.now() < packed;) {
    const info = await fetch(`${url}/api/price-list`).then((answer) => answer.json());
    const answer = await fetch(url + info.snapshot_url);
    const bytes = Buffer.from(await answer.arrayBuffer());
    fs.writeFileSync(`data/kontor-${size}.bin`, bytes);
    const now = Number(answer.headers.get('content-length') ?? bytes.length);
    same = now === length ? same + 1 : 0;
    length = now;
    await new Promise((done) => setTimeout(done, 2_000));
  }
  return { url, stop: () => child.kill() };
}

// The worker's script; what it is asked and what it answers stands in src/lib.rs. `cargo xtask build` fills in the names.
import init, { Job } from '{{SCRIPT}}';

const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const ready = init({ module_or_path: '{{WASM}}' });

// Browsers before 2023 have none of this kind; their files are a plain archive, ten times as long.
const packer = () => {
  try {
    return new CompressionStream('deflate-raw');
  } catch {
    return null;
  }
};

const fetched = async (url) => {
  const answer = await fetch(url, { cache: 'force-cache' });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
};

// One file of the workbook, packed piece by piece: of a long sheet never more than a piece is held.
const pack = async (job, say) => {
  const through = packer();
  const whole = through && new Response(through.readable).blob();
  const into = through?.writable.getWriter();
  const plain = [];
  for (let piece = job.piece(); piece; piece = job.piece()) {
    if (into) await into.write(piece);
    else plain.push(piece);
    say(job);
  }
  await into?.close();
  const blob = whole ? await whole : new Blob(plain);
  return [job.header(blob.size, Boolean(whole)), blob];
};

const make = async (task) => {
  let { list } = task;
  if (task.url) {
    try {
      list = await fetched(task.url);
    } catch {
      return { need: 'list' };
    }
  }
  await ready;
  const job = task.order ? Job.order(task.lang, task.order, task.firm) : Job.list(task.lang, list, task.discount, task.only, task.lines, task.form);
  let said = performance.now();
  const say = () => {
    if (performance.now() - said < 100) return;
    said = performance.now();
    self.postMessage({ done: job.done(), all: job.all() });
  };
  const parts = [];
  while (job.file()) parts.push(...await pack(job, say));
  parts.push(job.end());
  return { name: job.name(), blob: new Blob(parts, { type: TYPE }) };
};

self.onmessage = async ({ data }) => {
  try {
    self.postMessage(await make(data));
  } catch (error) {
    self.postMessage({ error: String(error?.message ?? error) });
  }
};

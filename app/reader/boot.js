// The worker's script; what it is asked and what it answers stands in src/lib.rs. `cargo xtask build` fills in the names.
import init, { read_file, read_text } from '{{SCRIPT}}';

const ready = init({ module_or_path: '{{WASM}}' });

const fetched = async (url) => {
  const answer = await fetch(url, { cache: 'force-cache' });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
};

const read = async ({ task, url, list, bytes, text }) => {
  if (url) {
    try {
      list = await fetched(url);
    } catch {
      return { need: 'list' };
    }
  }
  await ready;
  return { told: bytes ? read_file(task, list, bytes) : read_text(task, list, text) };
};

self.onmessage = async ({ data }) => {
  try {
    self.postMessage(await read(data));
  } catch (error) {
    self.postMessage({ error: String(error?.message ?? error) });
  }
};

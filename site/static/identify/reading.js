// Finds out by its first bytes what a file is, and reads its header. What only the command reads is named and refused.

import { readGguf } from "./gguf.js";
import { readSafetensors } from "./safetensors.js";
import { Source, refuse } from "./source.js";

const START = 64;
const KNOWN = "known are safetensors and GGUF here; the command reads checkpoints of PyTorch, ONNX, shards and folders too";
const HERE = "not-in-the-browser";

function command(name) {
  return /^[\w.@+-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}

export async function readHeader(blob, name, rules) {
  const source = new Source(blob, name);
  const start = await source.peek(0, START);
  const header = await readSource(source, start, rules);
  return { ...header, bytesRead: source.taken };
}

async function readSource(source, start, rules) {
  const text = String.fromCharCode(...start);
  const isGguf = text.startsWith("GGUF");
  const isZip = text.startsWith("PK\u0003\u0004");
  if (text[8] === "{" && !isGguf && !isZip) return readSafetensors(source, rules);
  if (isGguf) return readGguf(source, rules);
  const run = `run: mirld identify ${command(source.name)}`;
  if (isZip) refuse(HERE, "it is a zip file, as PyTorch packs its pickles: a pickle can run code, so pages do not open it", run);
  if (/^\x80[\x02-\x05]/.test(text)) refuse(HERE, "it is a pickle, which can run code: pages do not open it", run);
  if (/^[\xef\xbb\xbf \t\r\n]*\{/.test(text)) {
    refuse(HERE, "it is JSON; an index of shards needs the shards beside it", `${run} in the folder of the shards, or drop a shard`);
  }
  if (/^\x08[\x01-\x20][\x12\x1a"(2:Br]/.test(text)) refuse(HERE, "it is ONNX, which the command reads", run);
  for (const [beginning, what, hint] of rules.others) {
    if (text.startsWith(fromHex(beginning))) refuse("not-weights", `it is ${what}`, hint);
  }
  const length = start.length < 8 ? -1n : new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  // What begins like a length that fits, or is called so, is a safetensors file with a fault, and is told which.
  if ((length >= 0n && length + 8n <= BigInt(source.size)) || /\.(?:safetensors|sft)$/.test(source.name)) {
    return readSafetensors(source, rules);
  }
  const begins = [...start.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return refuse("not-weights", `it begins with ${begins || "nothing"}, as no known format does`, KNOWN);
}

function fromHex(digits) {
  return digits.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
}

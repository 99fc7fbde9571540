// The header of a GGUF file, versions 1 to 3, in either byte order. Counts and lengths are held against the bytes that
// are left before anything is made for them. What is read of the file grows until the header is whole.

import { LARGEST, product, sum, whole } from "./numbers.js";
import { refuse, shown } from "./source.js";
import { Tensors } from "./tensors.js";

const VERSIONS = [1, 2, 3];
const DIMENSIONS = 4;
const ALIGNMENT = 32;
const FIRST_READ = 64 * 1024;
const ORIGINAL_SHAPE = "comfy.gguf.orig_shape.";
const STRING = 8;
const ARRAY = 9;
const BOOL = 7;
// Types of values by number: the method of DataView, bytes.
const SCALARS = {
  0: ["getUint8", 1], 1: ["getInt8", 1], 2: ["getUint16", 2], 3: ["getInt16", 2], 4: ["getUint32", 4], 5: ["getInt32", 4],
  6: ["getFloat32", 4], 7: ["getUint8", 1], 10: ["getBigUint64", 8], 11: ["getBigInt64", 8], 12: ["getFloat64", 8],
};
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// More bytes are needed than were read.
class Short {
  constructor(end) {
    this.end = end;
  }
}

export async function readGguf(source, rules) {
  const { MAX_HEADER } = rules.limits;
  let bytes = await source.peek(0, FIRST_READ);
  for (;;) {
    try {
      return parse(new Cursor(bytes, source, rules));
    } catch (error) {
      if (!(error instanceof Short)) throw error;
      const wanted = Math.min(Math.max(error.end, 2 * bytes.length, FIRST_READ), MAX_HEADER, source.size);
      const more = await source.read(bytes.length, wanted - bytes.length, "the header");
      const grown = new Uint8Array(wanted);
      grown.set(bytes);
      grown.set(more, bytes.length);
      bytes = grown;
    }
  }
}

function parse(cursor) {
  const { source } = cursor;
  const metadata = new Map();
  const [tensorCount, pairCount] = cursor.begin();
  for (let pair = 0; pair < pairCount; pair += 1) {
    const key = cursor.string("a key of its metadata", cursor.limits.MAX_KEY);
    if (metadata.has(key)) refuse("duplicate-key", `its metadata has ${shown(key)} twice`);
    metadata.set(key, cursor.value(cursor.word("the type of a value"), key));
  }
  const infos = new Map();
  for (let tensor = 0; tensor < tensorCount; tensor += 1) {
    const info = cursor.tensor();
    if (infos.has(info.name)) refuse("duplicate-key", `it has the tensor ${shown(info.name)} twice`);
    infos.set(info.name, info);
  }
  const alignment = alignmentOf(metadata);
  const dataStart = Math.ceil(cursor.place / alignment) * alignment;
  const rows = [...infos.values()].map((info) => row(info, alignment, metadata, cursor.rules));
  prove(rows, dataStart, source.size);
  const tensors = new Tensors();
  for (const each of rows) tensors.add(each.name, each.dtype, each.shape, each.start, each.stop);
  return { file: source.name, format: "gguf", size: source.size, tensors, metadata, isUsual: false };
}

function alignmentOf(metadata) {
  const alignment = metadata.get("general.alignment") ?? ALIGNMENT;
  const isWhole = typeof alignment === "bigint" || Number.isInteger(alignment);
  if (!isWhole || alignment <= 0 || BigInt(alignment) & (BigInt(alignment) - 1n)) {
    refuse("alignment", `its general.alignment is ${shown(String(alignment))}, no power of two`);
  }
  return Number(alignment);
}

function row(info, alignment, metadata, rules) {
  const [block, bits] = rules.types[info.dtype];
  const name = shown(info.name);
  const first = info.dimensions[0] ?? 1;
  if (BigInt(first) % BigInt(block)) {
    refuse("size-mismatch", `the tensor ${name} has rows of ${first}, which ${info.dtype} cannot divide into blocks of ${block}`);
  }
  const elements = product(info.dimensions);
  if (elements > LARGEST) refuse("overflow", `the tensor ${name} has more elements than ${LARGEST}`);
  if (BigInt(info.start) % BigInt(alignment)) {
    refuse("alignment", `the tensor ${name} begins at ${info.start}, no multiple of ${alignment}`);
  }
  const size = whole(((BigInt(elements) / BigInt(block)) * BigInt(bits)) / 8n);
  let shape = [...info.dimensions].reverse();
  const original = metadata.get(ORIGINAL_SHAPE + info.name);
  if (Array.isArray(original) && original.every((number) => isCount(number))) {
    if (product(original) !== elements) refuse("size-mismatch", `${ORIGINAL_SHAPE}${name} has another number of elements`);
    shape = original;
  }
  return { name: info.name, dtype: info.dtype, shape, start: info.start, stop: sum(info.start, size) };
}

function isCount(number) {
  return (typeof number === "bigint" || Number.isInteger(number)) && number >= 0 && number <= LARGEST;
}

// Each tensor lies in the file and none in another; what lies between them is padding.
function prove(rows, dataStart, size) {
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  let end = 0;
  for (const each of [...rows].sort((a, b) => compare(a.start, b.start) || compare(a.stop, b.stop))) {
    const { name, start, stop } = each;
    if (start < end && start < stop) {
      refuse("overlap", `the tensor ${shown(name)} begins at ${start}, inside the one that ends at ${end}`);
    }
    if (sum(dataStart, stop) > size) {
      refuse(
        "truncated",
        `the tensor ${shown(name)} ends at byte ${sum(dataStart, stop)}, the file at ${size}`,
        "the file is incomplete or damaged: download it again",
      );
    }
    if (stop > end) end = stop;
  }
}

class Cursor {
  constructor(bytes, source, rules) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.source = source;
    this.rules = rules;
    this.limits = rules.limits;
    this.place = 0;
    this.isLittle = true;
    this.isWide = true;
    this.strings = 0;
    this.arrays = 0;
    this.notAscii = 0;
  }

  // Magic, version and counts: the number of tensors, and of pairs of metadata.
  begin() {
    const { MAX_GGUF_TENSORS, MAX_METADATA } = this.limits;
    this.need(8, "its version");
    this.place = 4;
    let version = this.word("its version");
    if ((version & 0xffff) === 0) {
      this.isLittle = false;
      this.place = 4;
      version = this.word("its version");
    }
    if (!VERSIONS.includes(version) || (!this.isLittle && version < 3)) {
      const order = this.isLittle ? "little" : "big";
      refuse("unknown-version", `it is of version ${version} of GGUF in ${order}-endian; 1 to 3 are read, of 1 and 2 little-endian alone`);
    }
    this.isWide = version > 1;
    const tensors = this.length("the number of tensors");
    const pairs = this.length("the number of pairs of metadata");
    const left = this.source.size - this.place;
    const word = this.isWide ? 8 : 4;
    if (tensors > MAX_GGUF_TENSORS) refuse("too-many-tensors", `it claims ${tensors} tensors; at most ${MAX_GGUF_TENSORS} are read`);
    if (pairs > MAX_METADATA) refuse("too-much-metadata", `it claims ${pairs} pairs; at most ${MAX_METADATA} are read`);
    if (tensors * (word + 16) + pairs * (word + 5) > left) {
      refuse("truncated", `it claims ${tensors} tensors and ${pairs} pairs of metadata, and has ${left} bytes for them`);
    }
    return [tensors, pairs];
  }

  scalar(kind, what) {
    const [method, size] = SCALARS[kind];
    this.need(size, what);
    const found = this.view[method](this.place, this.isLittle);
    this.place += size;
    if (typeof found === "bigint") return found < -9007199254740991n ? found : whole(found);
    if (kind === BOOL) return Boolean(found);
    // A fraction is no whole number, whatever its value.
    return kind === 6 || kind === 12 ? { float: found } : found;
  }

  word(what) {
    return this.scalar(4, what);
  }

  length(what) {
    return this.scalar(this.isWide ? 10 : 4, what);
  }

  string(what, limit) {
    const length = this.length(`the length of ${what}`);
    if (length > limit) refuse("string-length", `${what} has ${length} bytes; at most ${limit} are read`);
    this.need(length, what);
    const raw = this.bytes.subarray(this.place, this.place + length);
    this.place += length;
    if (raw.some((byte) => byte > 127)) {
      this.notAscii += length;
      const { MAX_WIDE_HEADER } = this.limits;
      if (this.notAscii > MAX_WIDE_HEADER) refuse("header-length", `it has over ${MAX_WIDE_HEADER} bytes of text that is not ASCII`);
    }
    try {
      return DECODER.decode(raw);
    } catch {
      return refuse("encoding", `${what} is not UTF-8`);
    }
  }

  value(kind, key) {
    if (kind === STRING) return this.string(`the value of ${shown(key)}`, this.limits.MAX_HEADER);
    if (kind === ARRAY) return this.array(key, 1);
    if (!SCALARS[kind]) refuse("unknown-type", `the value of ${shown(key)} is of the unknown type ${kind}`);
    return this.scalar(kind, `the value of ${shown(key)}`);
  }

  tensor() {
    const name = this.string("the name of a tensor", this.limits.MAX_NAME);
    const count = this.word("the number of dimensions of a tensor");
    if (count > DIMENSIONS) refuse("dimensions", `the tensor ${shown(name)} has ${count} dimensions; GGUF has ${DIMENSIONS}`);
    const what = "the entry of a tensor";
    this.need(count * (this.isWide ? 8 : 4) + 12, what);
    const dimensions = Array.from({ length: count }, () => this.length(what));
    const kind = this.word(what);
    const start = this.scalar(10, what);
    if (start > LARGEST || dimensions.some((number) => number > LARGEST)) {
      refuse("overflow", `the tensor ${shown(name)} has a number larger than ${LARGEST}`);
    }
    const dtype = this.rules.ggml[kind];
    if (dtype === undefined) refuse("unknown-dtype", `the tensor ${shown(name)} is of the unknown type ${kind}`);
    return { name, dtype, dimensions, start };
  }

  // A long array is passed over.
  array(key, depth) {
    const { MAX_ARRAY_DEPTH, MAX_ARRAYS, MAX_KEPT } = this.limits;
    if (depth > MAX_ARRAY_DEPTH) refuse("nesting", `the value of ${shown(key)} has arrays more than ${MAX_ARRAY_DEPTH} deep`);
    this.arrays += 1;
    if (this.arrays > MAX_ARRAYS) refuse("too-many-arrays", `it has more than ${MAX_ARRAYS} arrays`);
    const what = `the array ${shown(key)}`;
    const kind = this.word(`the type of ${what}`);
    const count = this.length(`the length of ${what}`);
    const word = this.isWide ? 8 : 4;
    const least = SCALARS[kind]?.[1] ?? { [STRING]: word, [ARRAY]: 4 + word }[kind];
    if (least === undefined) refuse("unknown-type", `${what} is of the unknown type ${kind}`);
    const left = this.source.size - this.place;
    if (BigInt(count) * BigInt(least) > BigInt(left)) refuse("truncated", `${what} claims ${count} elements, and ${left} bytes are left`);
    if (kind === STRING) return this.stringsOf(count, what);
    if (kind === ARRAY) {
      const kept = [];
      for (let at = 0; at < count; at += 1) kept.push(this.array(key, depth + 1));
      return count <= MAX_KEPT ? kept : null;
    }
    this.need(count * least, what);
    if (count <= MAX_KEPT) return Array.from({ length: count }, () => this.scalar(kind, what));
    this.place += count * least;
    return null;
  }

  stringsOf(count, what) {
    const { MAX_STRINGS, MAX_KEPT, MAX_HEADER } = this.limits;
    this.strings += count;
    if (this.strings > MAX_STRINGS) refuse("too-many-strings", `its arrays have more than ${MAX_STRINGS} strings`);
    if (count <= MAX_KEPT) return Array.from({ length: count }, () => this.string(`a string of ${what}`, MAX_HEADER));
    for (let at = 0; at < count; at += 1) {
      const length = this.length(what);
      this.need(length, what);
      this.place += length;
    }
    return null;
  }

  need(size, what) {
    const end = sum(this.place, size);
    if (end <= this.bytes.length) return;
    const { MAX_HEADER } = this.limits;
    if (end > this.source.size) {
      refuse(
        "truncated",
        `${what} would end at byte ${end}, the file has ${this.source.size}`,
        "the file is incomplete or damaged: download it again",
      );
    }
    if (end > MAX_HEADER) refuse("header-length", `its header is longer than the ${MAX_HEADER} bytes that are read`);
    throw new Short(end);
  }
}

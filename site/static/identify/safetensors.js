// The header of a safetensors file: eight bytes of length, then JSON of one shape, read by its own grammar.
// A general reader of JSON takes more than the format allows: doubled keys, fractions, nesting.

import { LARGEST, difference, parsed, product } from "./numbers.js";
import { refuse, shown } from "./source.js";
import { Tensors } from "./tensors.js";

const LENGTH = 8;
const LEAST = '"":{"dtype":"","shape":[],"data_offsets":[0,0]},'.length;
const FIELDS = ["dtype", "shape", "data_offsets"];
const VALUES = {
  dtype: /[ \t\n\r]*:[ \t\n\r]*"([A-Z0-9_]*)"/y,
  shape: /[ \t\n\r]*:[ \t\n\r]*\[([0-9, \t\n\r]*)\]/y,
  data_offsets: /[ \t\n\r]*:[ \t\n\r]*\[([0-9, \t\n\r]*)\]/y,
};
const NUMBERS = /^[ \t\n\r]*(?:(?:0|[1-9][0-9]*)[ \t\n\r]*(?:,[ \t\n\r]*(?:0|[1-9][0-9]*)[ \t\n\r]*)*)?$/;
const PAIR = /^[ \t\n\r]*(0|[1-9][0-9]{0,18})[ \t\n\r]*,[ \t\n\r]*(0|[1-9][0-9]{0,18})[ \t\n\r]*$/;
const PLAIN = /[^"\\\u0000-\u001f]*/y;

export async function readSafetensors(source, rules) {
  const { MAX_HEADER, MAX_TENSORS, MAX_WIDE_HEADER } = rules.limits;
  const head = await source.read(0, LENGTH, "the length of the header");
  const big = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
  if (big > BigInt(MAX_HEADER)) refuse("header-length", `its header has ${big} bytes; at most ${MAX_HEADER} are read`);
  const length = Number(big);
  const data = await source.read(LENGTH, length, `the header of ${length} bytes`);
  const isWide = data.some((byte) => byte > 127);
  if (length > MAX_TENSORS * LEAST && occurrences(data, '"data_offsets"') > MAX_TENSORS) {
    refuse("too-many-tensors", `it has more than ${MAX_TENSORS} tensors`);
  }
  if (isWide && length > MAX_WIDE_HEADER) {
    refuse("header-length", `its header is not ASCII and has ${length} bytes; at most ${MAX_WIDE_HEADER} are read`);
  }
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    refuse("encoding", "its header is not UTF-8");
  }
  if (!text.startsWith("{")) refuse("malformed-header", `its header begins with ${shown(text.slice(0, 8))}, not with {`);
  const reader = new HeaderReader(text, rules);
  reader.read();
  prove(reader, source.size - LENGTH - length);
  return {
    file: source.name,
    format: "safetensors",
    size: source.size,
    tensors: reader.tensors,
    metadata: reader.metadata,
    isUsual: reader.isUsual,
  };
}

function occurrences(bytes, text) {
  const wanted = new TextEncoder().encode(text);
  let found = 0;
  for (let at = bytes.indexOf(wanted[0]); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
    if (wanted.every((byte, place) => bytes[at + place] === byte)) found += 1;
  }
  return found;
}

class HeaderReader {
  constructor(text, rules) {
    this.text = text;
    this.rules = rules;
    this.place = 0;
    this.tensors = new Tensors();
    this.sizes = [];
    this.metadata = new Map();
    this.isUsual = true;
    this.known = new Map();
  }

  read() {
    let seen = false;
    this.place = 1;
    this.skip();
    while (!this.at("}")) {
      const name = this.string("the name of a tensor");
      if (name === "__metadata__") {
        if (seen) this.refuse("duplicate-key", "it has __metadata__ twice");
        seen = true;
        this.readMetadata();
      } else {
        this.readTensor(name);
      }
      this.skip();
      if (this.at("}")) break;
      if (!this.at(",")) this.refuse("malformed-header", "a comma or } should follow");
      this.place += 1;
      this.skip();
      if (this.at("}")) this.refuse("malformed-header", "the name of a tensor should stand here, in double quotes");
    }
    this.place += 1;
    this.skip();
    if (this.place !== this.text.length) this.refuse("malformed-header", "something follows the last }");
  }

  readTensor(name) {
    const { MAX_NAME, MAX_TENSORS } = this.rules.limits;
    if (this.tensors.has(name)) this.refuse("duplicate-key", `it has the tensor ${shown(name)} twice`);
    if (name.length > MAX_NAME && [...name].length > MAX_NAME) {
      this.refuse("name-length", `a tensor's name has ${[...name].length} characters, over ${MAX_NAME}`);
    }
    if (this.tensors.length >= MAX_TENSORS) this.refuse("too-many-tensors", `it has more than ${MAX_TENSORS} tensors`);
    const fields = this.fields(name);
    const { shape, size } = this.shaped(name, fields.get("dtype"), fields.get("shape"));
    const match = PAIR.exec(fields.get("data_offsets"));
    if (!match) this.refuse("offsets", `the tensor ${shown(name)} has the offsets [${fields.get("data_offsets").slice(0, 80)}]`);
    const [start, stop] = [parsed(match[1]), parsed(match[2])];
    if (stop > LARGEST) this.refuse("overflow", `the tensor ${shown(name)} ends behind byte ${LARGEST}`);
    this.isUsual &&= [...fields.keys()].every((field, place) => field === FIELDS[place]);
    this.tensors.add(name, fields.get("dtype"), shape, start, stop);
    this.sizes.push(size);
  }

  fields(name) {
    this.expect(":");
    this.expect("{", "malformed-header", `the tensor ${shown(name)} is no object`);
    const found = new Map();
    for (;;) {
      this.skip();
      if (this.at("}")) {
        const missing = FIELDS.filter((field) => !found.has(field));
        if (missing.length) this.refuse("malformed-header", `the tensor ${shown(name)} has no ${missing.join(", ")}`);
        this.refuse("malformed-header", "a field should follow the comma");
      }
      const field = this.string(`a field of the tensor ${shown(name)}`);
      if (found.has(field)) this.refuse("duplicate-key", `the tensor ${shown(name)} has ${shown(field)} twice`);
      if (!FIELDS.includes(field)) this.refuse("unknown-field", `the tensor ${shown(name)} has the field ${shown(field)}`);
      const value = VALUES[field];
      value.lastIndex = this.place;
      const match = value.exec(this.text);
      if (!match) {
        const [offence, what] = field === "dtype" ? ["unknown-dtype", "no string"] : ["malformed-header", "no list of whole numbers from 0"];
        this.refuse(offence, `the ${field} of the tensor ${shown(name)} is ${what}`);
      }
      found.set(field, match[1]);
      this.place = value.lastIndex;
      this.skip();
      if (this.at("}") && found.size === FIELDS.length) {
        this.place += 1;
        return found;
      }
      if (this.at(",")) this.place += 1;
      else if (!this.at("}")) this.refuse("malformed-header", "a comma or } should follow");
    }
  }

  shaped(name, dtype, written) {
    const key = `${dtype} ${written}`;
    let found = this.known.get(key);
    if (found) return found;
    const { rules } = this;
    if (!rules.isSafetensors.has(dtype)) this.refuse("unknown-dtype", `the tensor ${shown(name)} has the type ${shown(dtype)}`);
    if (!NUMBERS.test(written)) this.refuse("malformed-header", `the tensor ${shown(name)} has the shape [${written.slice(0, 80)}]`);
    const what = `the shape of the tensor ${shown(name)}`;
    const pieces = written.trim() ? written.split(",").map((piece) => piece.trim()) : [];
    if (pieces.length > rules.limits.MAX_DIMENSIONS) {
      refuse("dimensions", `${what} has ${pieces.length} dimensions; at most ${rules.limits.MAX_DIMENSIONS} are read`);
    }
    if (pieces.some((piece) => piece.length > 19)) refuse("overflow", `${what} has a number of more than 19 digits`);
    const shape = pieces.map(parsed);
    if (shape.some((number) => number > LARGEST)) refuse("overflow", `${what} has a number that is larger than ${LARGEST}`);
    found = { shape, size: bytesOf(dtype, shape, rules) };
    this.known.set(key, found);
    return found;
  }

  readMetadata() {
    const { MAX_METADATA } = this.rules.limits;
    this.expect(":");
    if (this.text.startsWith("null", this.place)) {
      this.place += 4;
      return;
    }
    this.expect("{", "metadata-type", "its metadata is no object of strings");
    this.skip();
    while (!this.at("}")) {
      const key = this.string("a key of its metadata");
      this.expect(":");
      this.skip();
      if (!this.at('"')) this.refuse("metadata-type", `its metadata has for ${shown(key)} what is no string`);
      const value = this.string("a value of its metadata");
      if (this.metadata.has(key)) this.refuse("duplicate-key", `its metadata has ${shown(key)} twice`);
      if (this.metadata.size >= MAX_METADATA) this.refuse("too-much-metadata", `it has more than ${MAX_METADATA} pairs of metadata`);
      this.metadata.set(key, value);
      this.skip();
      if (this.at(",")) {
        this.place += 1;
        this.skip();
        if (!this.at('"')) this.refuse("malformed-header", "a key of its metadata should follow the comma");
      } else if (!this.at("}")) {
        this.refuse("malformed-header", "a comma or } should follow");
      }
    }
    this.place += 1;
  }

  string(what) {
    const { text } = this;
    if (!this.at('"')) this.refuse("malformed-header", `${what} should stand here, in double quotes`);
    let end = this.place + 1;
    let isEscaped = false;
    for (;;) {
      PLAIN.lastIndex = end;
      PLAIN.test(text);
      end = PLAIN.lastIndex;
      if (text[end] === '"') break;
      if (text[end] !== "\\") this.refuse("malformed-header", `${what} is no JSON string`);
      isEscaped = true;
      end += 2;
    }
    const written = text.slice(this.place, end + 1);
    let value = written.slice(1, -1);
    if (isEscaped) {
      try {
        value = JSON.parse(written);
      } catch {
        this.refuse("malformed-header", `${what} is no JSON string`);
      }
      if (/\p{Surrogate}/u.test(value)) this.refuse("encoding", `${what} has half of a surrogate pair`);
    }
    this.place = end + 1;
    return value;
  }

  at(mark) {
    return this.text[this.place] === mark;
  }

  skip() {
    const { text } = this;
    while (" \t\n\r".includes(text[this.place] ?? "x")) this.place += 1;
  }

  expect(mark, offence = "malformed-header", message = `${mark} should stand here`) {
    this.skip();
    if (!this.at(mark)) this.refuse(offence, message);
    this.place += 1;
  }

  refuse(offence, message) {
    const found = this.text.slice(this.place, this.place + 24);
    refuse(offence, `${message}: character ${this.place} of the header, ${found ? shown(found) : "its end"}`);
  }
}

function bytesOf(dtype, shape, rules) {
  const elements = product(shape);
  const bits = product([elements, rules.types[dtype][1]]);
  if (elements > LARGEST || bits > LARGEST) {
    refuse("overflow", `a tensor of shape [${shape.join(", ")}] has more elements than ${LARGEST} bits can hold`);
  }
  if (BigInt(bits) % 8n) refuse("size-mismatch", `a tensor of type ${dtype} and shape [${shape.join(", ")}] does not end with a byte`);
  return Number(BigInt(bits) / 8n);
}

// Goes along the data: each byte belongs to one tensor, and empty tensors may lie at one place with others.
function prove({ tensors, sizes }, available) {
  const { starts, stops, dtypes, shapes, names } = tensors;
  const order = sizes.map((_, row) => row);
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  order.sort((a, b) => compare(starts[a], starts[b]) || compare(stops[a], stops[b]) || sizes[a] - sizes[b] || a - b);
  let end = 0;
  for (const row of order) {
    const [start, stop, name] = [starts[row], stops[row], shown(names[row])];
    if (start !== end || difference(stop, start) !== sizes[row]) {
      if (stop < start) refuse("offsets", `the tensor ${name} ends at ${stop}, before it begins at ${start}`);
      if (difference(stop, start) !== sizes[row]) {
        refuse("size-mismatch", `the tensor ${name} has ${difference(stop, start)} bytes; ${dtypes[row]} and [${shapes[row].join(", ")}] take ${sizes[row]}`);
      }
      if (stop > available) refuse("out-of-bounds", `the tensor ${name} ends at ${stop}, the data at ${available}`);
      if (start < end) refuse("overlap", `the tensor ${name} begins at ${start}, inside the one that ends at ${end}`);
      refuse("hole", `${difference(start, end)} bytes before the tensor ${name} belong to none`);
    }
    end = stop;
  }
  if (end > available) {
    refuse(
      "truncated",
      `its tensors take ${end} bytes, ${available} follow the header`,
      "the file is incomplete: download it again",
    );
  }
  if (end < available) refuse("trailing-bytes", `${available - end} bytes follow the last tensor and belong to none`);
}

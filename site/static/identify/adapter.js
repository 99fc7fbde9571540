// What an adapter adds to a model: by which method, to which modules, at which rank. From names and shapes alone.

import { product } from "./numbers.js";

// Regular expressions of the rules are written for Python, where \w is any letter.
export function pattern(text, flags = "") {
  return new RegExp(text.replaceAll("\\w", "[\\p{L}\\p{N}_]"), `u${flags}`);
}

// { method, isDora, modules: [{ name, method, rank, inputs, outputs }], ranks, rest }; null when no module is changed by a
// method that is known. `rest` counts tensors that are no part of an adapter.
export function readAdapter(tensors, rules) {
  const { marks, methods, control_mark: controlMark } = rules;
  const lines = `${tensors.names.join("\n")}\n`;
  if (!marks.some((mark) => lines.includes(mark))) return null;
  const ending = endings(rules);
  const isBare = tensors.has(controlMark);
  const found = new Map();
  let rest = [];
  let isDora = false;
  tensors.names.forEach((name, row) => {
    const [stem, part] = ending(name) ?? (isBare ? bareEnding(name) : null) ?? [null, null];
    if (part === null) rest.push(name);
    else if (part === "dora") isDora = true;
    else if (part !== "alpha") {
      if (!found.has(stem)) found.set(stem, { shapes: new Map(), methods: new Set() });
      found.get(stem).shapes.set(part, tensors.shapes[row]);
      found.get(stem).methods.add(part.split("-")[0]);
    }
  });
  // IA3 of LyCORIS keeps a plain weight beside the side it is on.
  const stemOf = (name) => (name.endsWith(".weight") ? name.slice(0, -".weight".length) : name);
  const sides = new Set(rest.filter((name) => found.get(stemOf(name))?.methods.has("ia3")));
  for (const name of sides) found.get(stemOf(name)).shapes.set("ia3-weight", tensors.shape(name));
  rest = rest.filter((name) => !sides.has(name));
  const modules = [...found].map(([name, parts]) => moduleOf(name, parts, methods));
  if (!modules.length) return null;
  const counted = count(modules.map((module) => module.method));
  const ranks = count(modules.map((module) => module.rank).filter((rank) => rank !== null));
  return {
    method: methods.filter((method) => counted.has(method)).reduce((a, b) => (counted.get(b) > counted.get(a) ? b : a)),
    isDora,
    modules,
    ranks: [...ranks].sort(([a], [b]) => (a < b ? -1 : 1)),
    rest: rest.length,
  };
}

function count(values) {
  const found = new Map();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return found;
}

// Gives of a name what stands before its ending, and the part that it plays; null for a name without one.
function endings({ endings: written, begin }) {
  const parts = Object.keys(written);
  const whole = pattern(`^(?:${Object.values(written).map((each) => `(${each})`).join("|")})$`);
  const begins = pattern(begin, "g");
  const known = new Map();
  const partOf = (ending) => {
    if (!known.has(ending)) {
      const match = whole.exec(ending);
      known.set(ending, match ? parts[match.slice(1).findIndex((group) => group !== undefined)] : null);
    }
    return known.get(ending);
  };
  return (name) => {
    for (const match of name.matchAll(begins)) {
      const part = partOf(name.slice(match.index));
      if (part !== null) return [name.slice(0, match.index), part];
    }
    return null;
  };
}

function bareEnding(name) {
  const match = /^(.+)\.(up|down)$/s.exec(name);
  return match ? [match[1], `lora-${match[2]}`] : null;
}

function moduleOf(name, { shapes, methods: used }, methods) {
  const method = methods.find((each) => used.has(each));
  const size = (part, place) => shapes.get(part)?.[place] ?? null;
  const either = (...sizes) => sizes.find((each) => each) ?? sizes.at(-1);
  const times = (a, b) => (a === null || b === null ? null : product([a, b]));
  let rank = null;
  let inputs = null;
  let outputs = null;
  if (method === "lora") {
    [rank, inputs, outputs] = [size("lora-down", 0), size("lora-down", 1), size("lora-up", 0)];
  } else if (method === "loha") {
    [rank, inputs, outputs] = [size("loha-1b", 0), size("loha-1b", 1), size("loha-1a", 0)];
    if (shapes.get("loha-t")?.length) outputs = size("loha-1a", 1);
  } else if (method === "lokr") {
    rank = either(size("lokr-2b", 0), size("lokr-1b", 0));
    outputs = times(either(size("lokr-1", 0), size("lokr-1a", 0)), either(size("lokr-2", 0), size("lokr-2a", 0)));
    inputs = times(either(size("lokr-1", 1), size("lokr-1b", 1)), either(size("lokr-2", 1), size("lokr-2b", 1)));
  } else if (method === "difference") {
    outputs = either(size("difference-weight", 0), size("difference-bias", 0));
    inputs = size("difference-weight", 1);
  } else if (method === "ia3") {
    // One number for each input, or for each output: which of them a header does not say.
    const shape = shapes.get("ia3-weight");
    outputs = shape?.length ? product(shape) : null;
  } else if (method === "oft") {
    const shape = shapes.get("oft-blocks") ?? [];
    rank = shape[0] ?? null;
    if (shape.length === 3) outputs = product(shape.slice(0, 2));
    else if (shape.length === 2) {
      // PEFT keeps what stands above the diagonal of each block, and turns what goes into the module.
      inputs = Math.floor((Number(shape[0]) * (1 + Math.floor(Math.sqrt(1 + 8 * Number(shape[1]))))) / 2);
    }
  }
  return { name, method, rank, inputs, outputs };
}

// How wide the vectors of a textual inversion are for each encoder, "" for the only one; null when this is none.
export function readInversion(tensors, { most, encoders, beside }) {
  const found = new Map();
  for (const [row, name] of tensors.names.entries()) {
    if (beside.includes(name)) continue;
    const shape = tensors.shapes[row];
    const isWord = name.startsWith("<") && name.endsWith(">");
    const encoder = isWord ? "" : Object.hasOwn(encoders, name) ? encoders[name] : null;
    if (encoder === null || !shape?.length || shape.length > 2 || (shape.length === 2 && shape[0] > most)) return null;
    const width = shape.at(-1);
    if ((found.get(encoder) ?? width) !== width) return null;
    found.set(encoder, width);
  }
  return found.size ? found : null;
}

// Takes a state dict apart into the components that checkpoints join, and says how weights are kept in it.

import { product } from "./numbers.js";

// The whole of a state dict, with the prefix "", and each component that some names have the prefix of.
export function parts(tensors, { prefixes, named, below_named: belowNamed }) {
  const found = [{ prefix: "", names: tensors.names }];
  const below = (prefix) => {
    const names = tensors.names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
    if (names.length) found.push({ prefix, names });
  };
  prefixes.forEach(below);
  const called = tensors.names.filter((name) => name.startsWith(named)).map((name) => name.slice(named.length).split(".")[0]);
  for (const each of [...new Set(called)].sort()) belowNamed.forEach((rest) => below(`${named}${each}.${rest}`));
  return found;
}

// { main, method, packed }: the token of the precision that most elements have, the method of packing, and the names of
// weights whose shapes are those of the packing.
export function precision(tensors, rules) {
  const elements = new Map();
  tensors.dtypes.forEach((dtype, row) => {
    const shape = tensors.shapes[row];
    if (dtype !== null && shape) elements.set(dtype, (elements.get(dtype) ?? 0) + Number(product(shape)));
  });
  const { method, packed } = packing(tensors, rules);
  if (method === "bitsandbytes" && tensors.names.some((name) => name.endsWith("__nf4"))) return { main: "nf4", method, packed };
  let most = null;
  for (const [dtype, count] of elements) {
    if (most === null || count > most[1] || (count === most[1] && dtype > most[0])) most = [dtype, count];
  }
  return { main: most === null ? null : token(most[0], rules), method, packed };
}

function token(dtype, rules) {
  return rules.tokens[dtype] ?? dtype.toLowerCase().replaceAll("_", "-");
}

function packing(tensors, rules) {
  const packedTypes = new Set(rules.packed_types);
  for (const [method, endings] of rules.packing) {
    let stems = null;
    for (const ending of endings) {
      const found = tensors.names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));
      stems = stems === null ? new Set(found) : new Set(found.filter((stem) => stems.has(stem)));
      if (!stems.size) break;
    }
    const packed = new Set();
    for (const stem of stems) {
      for (const name of [`${stem}.weight`, `${stem}.qweight`]) {
        if (tensors.has(name) && packedTypes.has(tensors.dtype(name))) packed.add(name);
      }
    }
    if (packed.size) return { method, packed };
  }
  const isScaled = (name) => name === "scaled_fp8" || name.endsWith(".scale_weight") || name.endsWith(".weight_scale");
  const none = new Set();
  if (tensors.names.some(isScaled) && tensors.dtypes.some((dtype) => dtype?.startsWith("F8_"))) return { method: "scaled-fp8", packed: none };
  const isBlocked = tensors.dtypes.some((dtype) => dtype !== null && rules.types[dtype][0] > 1);
  return { method: isBlocked ? "gguf" : null, packed: none };
}

// Packed weights under the names that they have unpacked, with shapes unknown: `qweight` is a `weight`.
export function unpacked(tensors) {
  const ends = tensors.names.filter((name) => name.endsWith(".qweight"));
  if (!ends.length) return tensors;
  const found = tensors.copy();
  for (const name of ends) {
    const weight = `${name.slice(0, -".qweight".length)}.weight`;
    if (!tensors.has(weight)) found.add(weight, tensors.dtype(name), null, null, null);
  }
  return found;
}

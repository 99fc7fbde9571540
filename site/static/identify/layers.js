// Digests of a layout that others publish, of names and shapes and not of weights: upstream's and DiffSynth-Studio's.

import { md5, sha256 } from "./digests.js";
import { byCodePoint } from "./numbers.js";
import { quoted } from "./text.js";

// By kind, those that a header allows.
export function layoutDigests(header) {
  const found = {};
  if (header.format === "safetensors" && header.isUsual) found.layer256 = sha256(layerText(header.tensors));
  const { names, shapes } = header.tensors;
  if (names.length && shapes.every((shape) => shape !== null)) {
    const words = names.flatMap((name, row) => [name, `${name}:${shapes[row].join("_")}`]);
    found.layoutMd5 = md5(words.sort(byCodePoint).join(","));
  }
  return found;
}

// The tensors as Python prints them as a dictionary, in the order of the file.
function layerText({ names, dtypes, shapes, starts, stops }) {
  const rows = names.map((name, row) => {
    const shape = `[${shapes[row].join(", ")}]`;
    return `${quoted(name)}: {'dtype': '${dtypes[row]}', 'shape': ${shape}, 'data_offsets': [${starts[row]}, ${stops[row]}]}`;
  });
  return `{${rows.join(", ")}}`;
}

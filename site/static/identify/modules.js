// Names of modules in one spelling, and where modules of a name are: in which layouts, in which sizes.

import { product } from "./numbers.js";
import { pattern } from "./adapter.js";

const RANGE = /\{(\d+)-(\d+)\}/g;

// A name without its numbers, `#` in the place of each, and the numbers.
export function spelled(name) {
  const isNumber = (token) => token.length < 6 && /^[0-9]+$/.test(token);
  const tokens = name.split(/[._]+/);
  return {
    name: tokens.map((token) => (isNumber(token) ? "#" : token)).join("_"),
    numbers: tokens.filter(isNumber).map(Number),
  };
}

// Takes the prefix from a name: the part of a pipeline that it stands for ("" for none), the roles it may have, the rest.
export function parting({ prefixes, roles }) {
  const whole = pattern(prefixes.map(([prefix]) => `(${prefix})`).join("|"), "y");
  return (written) => {
    const name = written.startsWith("base_model.model.") ? written.slice("base_model.model.".length) : written;
    whole.lastIndex = 0;
    const match = whole.exec(name);
    if (!match) return { part: "", roles: [], name };
    const part = prefixes[match.slice(1).findIndex((group) => group !== undefined)][1];
    const rest = name.slice(match[0].length);
    return { part, roles: roles[part] ?? [part], name: rest.startsWith("_") ? rest.slice(1) : rest };
  };
}

// Places by name of a module: { layout (its number), role, inputs, outputs, kernel, ranges }.
export function placesOf(layouts) {
  const found = new Map();
  layouts.forEach((layout, number) => {
    for (const line of layout.modules) {
      const [name, ...sizes] = line.split(" ");
      const kernel = sizes.length && sizes.at(-1).includes("x") ? product(sizes.pop().split("x").map(Number)) : 1;
      if (!sizes.length || !sizes.every((size) => /^[0-9]+$/.test(size))) continue;
      const first = spelled(name.replace(RANGE, "$1"));
      const last = spelled(name.replace(RANGE, "$2")).numbers;
      const place = {
        layout: number,
        role: layout.role,
        inputs: sizes.length > 1 ? Number(sizes[0]) : null,
        outputs: Number(sizes.at(-1)),
        kernel,
        ranges: first.numbers.map((from, at) => [from, last[at]]),
      };
      if (!found.has(first.name)) found.set(first.name, []);
      found.get(first.name).push(place);
    }
  });
  return found;
}

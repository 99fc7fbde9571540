// Conditions of a signature: read from their text, and held against a header with three values. What a header does not
// say (names alone, packed weights) is unknown, and unknown never counts as met.

import { product } from "./numbers.js";

export const YES = "yes";
const NO = "no";
export const UNKNOWN = "unknown";
const BLOCK = "{i}";
const OPPOSITE = { [YES]: NO, [NO]: YES, [UNKNOWN]: UNKNOWN };

// { kind: "either" | "shaped" | "blocks" | "noted" | "key" | "not", … }; a dimension is { any }, { variable, factor },
// { first, last } or { among }.
export function parseCondition(text) {
  const parts = text.split(" | ");
  if (parts.length > 1) return { kind: "either", conditions: parts.map(parseCondition) };
  let match = /^(\S+) \[([^\]]*)\]$/.exec(text);
  if (match) return { kind: "shaped", name: match[1], dimensions: match[2] ? match[2].split(", ").map(dimension) : [] };
  match = /^(\S*\{i\}\S*) x (\S+)$/.exec(text);
  if (match) return { kind: "blocks", name: match[1], wanted: dimension(match[2]) };
  match = /^@(\S+) = (.+)$/.exec(text);
  if (match) return { kind: "noted", field: match[1], value: match[2] };
  return { kind: "key", name: text };
}

function dimension(text) {
  if (text === "*") return { any: true };
  let match = /^(?:(\d+)\*)?\$(\w+)$/.exec(text);
  if (match) return { variable: match[2], factor: Number(match[1] ?? 1) };
  match = /^(\d+)-(\d+)$/.exec(text);
  if (match) return { first: Number(match[1]), last: Number(match[2]) };
  return { among: text.split("|").map(Number) };
}

export function noted(field, value) {
  return `@${field} = ${said(value)}`;
}

// A value of metadata as Python writes it.
function said(value) {
  if (value === true) return "True";
  if (value === false) return "False";
  return String(value);
}

// What conditions are false without: names of tensors, and fields of metadata with their values. Where a block is missing
// before others their number is unknown, so their first name may be missing as well.
export function anchorsOf(conditions) {
  const found = conditions.map(anchor).filter((each) => each !== null);
  const blocks = conditions.filter(({ kind }) => kind === "blocks").map(({ name }) => name.replaceAll(BLOCK, "0"));
  const kept = found.filter((each) => !blocks.includes(each));
  return [...new Set(kept.length ? kept : found)];
}

function anchor(condition) {
  switch (condition.kind) {
    case "noted": return noted(condition.field, condition.value);
    case "key":
    case "shaped": return condition.name.replaceAll(BLOCK, "0");
    case "blocks": return holds(condition.wanted, 0) ? null : condition.name.replaceAll(BLOCK, "0");
    default: return null;
  }
}

// Holds conditions against the component below a prefix: { evidence: [{ found, truth }], truth }.
export function prove(conditions, prefix, header) {
  const variables = new Map();
  const evidence = conditions.map((condition) => proveOne(condition, prefix, header, variables));
  const truths = evidence.map((each) => each.truth);
  return { evidence, truth: truths.includes(NO) ? NO : truths.includes(UNKNOWN) ? UNKNOWN : YES };
}

// `header` has tensors, packed (names whose shapes are those of the packing) and metadata.
function proveOne(condition, prefix, header, variables) {
  const { tensors, packed, metadata } = header;
  switch (condition.kind) {
    case "noted": {
      const value = metadata.get(condition.field);
      const found = value === undefined || value === null ? "not there" : said(value);
      return { found, truth: found === condition.value ? YES : NO };
    }
    case "not": {
      const inner = proveOne(condition.condition, prefix, header, new Map(variables));
      return { found: inner.found, truth: OPPOSITE[inner.truth] };
    }
    case "either": {
      const found = [];
      for (const each of condition.conditions) {
        const tried = new Map(variables);
        const one = proveOne(each, prefix, header, tried);
        if (one.truth === YES) {
          tried.forEach((value, name) => variables.set(name, value));
          return one;
        }
        found.push(one);
      }
      const truth = found.some((one) => one.truth === UNKNOWN) ? UNKNOWN : NO;
      return { found: [...new Set(found.map((one) => one.found))].join(", "), truth };
    }
  }
  const name = prefix + condition.name;
  if (condition.kind === "blocks") {
    let blocks = 0;
    while (tensors.has(name.replaceAll(BLOCK, String(blocks)))) blocks += 1;
    if ([1, 2, 3].some((ahead) => tensors.has(name.replaceAll(BLOCK, String(blocks + ahead))))) {
      return { found: `${blocks}, then a gap`, truth: UNKNOWN };
    }
    return { found: String(blocks), truth: agrees(condition.wanted, blocks, variables) };
  }
  const first = name.replaceAll(BLOCK, "0");
  const isThere = tensors.has(first);
  if (condition.kind === "key") return { found: isThere ? "there" : "not there", truth: isThere ? YES : NO };
  if (!isThere) return { found: "not there", truth: NO };
  const shape = tensors.shape(first);
  if (packed.has(first) && shape) return ofPacked(condition.dimensions, shape);
  if (!shape) return { found: "shape not known", truth: UNKNOWN };
  return { found: `[${shape.join(", ")}]`, truth: fits(condition.dimensions, shape, variables) };
}

// Compares elements where two of four bits lie in a byte, in a column, and every dimension is a number.
function ofPacked(dimensions, shape) {
  if (shape.length === 2 && shape[1] === 1 && dimensions.every((each) => each.among?.length === 1)) {
    const elements = product([2, shape[0]]);
    return { found: `${elements} elements, packed`, truth: product(dimensions.map((each) => each.among[0])) === elements ? YES : NO };
  }
  return { found: "shape not known", truth: UNKNOWN };
}

function fits(wanted, shape, variables) {
  if (wanted.length !== shape.length) return NO;
  // Each is asked, since each may say what a variable is.
  const truths = wanted.map((one, place) => agrees(one, shape[place], variables));
  return truths.includes(NO) ? NO : YES;
}

function agrees(wanted, found, variables) {
  if (!wanted.variable) return holds(wanted, found) ? YES : NO;
  const length = Number(found);
  if (!variables.has(wanted.variable)) {
    if (length % wanted.factor) return NO;
    variables.set(wanted.variable, length / wanted.factor);
  }
  return variables.get(wanted.variable) * wanted.factor === length ? YES : NO;
}

function holds(wanted, found) {
  if (wanted.variable || wanted.any) return true;
  if (wanted.among) return wanted.among.includes(found);
  return wanted.first <= found && found <= wanted.last;
}

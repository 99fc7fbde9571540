// What a weights file is, from its header: every signature that holds is given, none is preferred. The answer is the one
// that `mirld identify --json` gives, and every step is the same.

import { readAdapter, readInversion } from "./adapter.js";
import { adapted, factsOf, inversionFacts } from "./adapted.js";
import { Bases } from "./bases.js";
import { parts, precision, unpacked } from "./components.js";
import { UNKNOWN, YES, anchorsOf, noted, parseCondition, prove } from "./conditions.js";
import { layoutDigests } from "./layers.js";

const DIGESTS = [["sha256", 0], ["layer256", 2], ["layoutMd5", 2]];

export class Identifier {
  // `data` is signatures.json; `modules()` gives modules.json, and `digest(digits)` the ids that have it as claims.
  constructor(data, { modules, digest }) {
    this.base = data.base;
    this.sources = data.sources;
    this.declared = data.declared;
    this.entries = data.entries;
    this.rules = {
      ...data.rules,
      isSafetensors: new Set(data.rules.safetensors),
    };
    this.fetched = { modules, digest };
    this.claims = new Map();
    this.signatures = data.signatures.map((each) => ({
      ...each,
      texts: [...(each.requires ?? []), ...(each.forbids ?? []).map((text) => `not ${text}`)],
    }));
    this.byAnchor = byAnchor(this.signatures);
  }

  // `header` as readHeader gives it; `fileDigests` are of the whole file, `sha256` in lower-case hexadecimal digits.
  async identify(header, fileDigests = {}) {
    const packing = precision(header.tensors, this.rules);
    let near = [];
    let found = await this.adapter(header.tensors);
    if (!found.length) ({ found, near } = this.components(header, packing));
    if (!found.length) found = this.ofDeclared(header);
    const answer = {
      file: header.file,
      format: header.format,
      size: header.size,
      kind: this.kindOf(found),
      level: found.length ? found[0].level : "unknown",
      candidates: [],
      components: found,
      precision: packing.main,
      packing: packing.method,
      digests: { ...layoutDigests(header), ...fileDigests },
      hints: this.rules.hints.filter((field) => isText(header.metadata.get(field))).map((field) => `${field} says ${header.metadata.get(field)}`),
      nearest: found.length ? [] : near,
      notes: [],
    };
    await this.raise(answer);
    answer.candidates = answer.components[0]?.candidates ?? [];
    return answer;
  }

  async adapter(tensors) {
    const widths = readInversion(tensors, this.rules.inversion);
    const read = widths ? null : readAdapter(tensors, this.rules.adapters);
    if (!widths && (!read || 2 * read.rest > tensors.length)) return [];
    const data = await this.fetched.modules();
    this.bases ??= new Bases(data.layouts, data.base, this.rules.modules);
    const { bases } = this;
    const facts = widths
      ? inversionFacts(widths, bases, this.rules.inversion)
      : factsOf(read, bases, this.rules.adapters, tensors.has(this.rules.adapters.control_mark));
    const paths = (iris) => iris.map((iri) => iri.slice(data.base.length));
    return [adapted(facts, (iris) => this.claimsOf(paths(iris), data.entries), Boolean(widths))];
  }

  // Signatures.

  components({ tensors: written, metadata }, { packed }) {
    const header = { tensors: unpacked(written), packed, metadata };
    const isTrue = [];
    let near = [];
    for (const { prefix, names } of parts(header.tensors, this.rules.components)) {
      for (const each of this.proved(prefix, names, header)) {
        if (each.truth === YES) isTrue.push({ ...each, prefix });
        else near.push(nearOf(each));
      }
    }
    const found = narrowest(isTrue).map((each) => this.identified(each, each.prefix));
    near = near.filter((each) => 2 * each.met >= each.conditions);
    const text = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    const rank = ({ kind }) => (this.rules.kinds.includes(kind) ? this.rules.kinds.indexOf(kind) : this.rules.kinds.length);
    const isKindAlone = ({ candidates, kind }) => Number(!candidates.length && kind !== this.rules.kinds[0]);
    found.sort((a, b) => isKindAlone(a) - isKindAlone(b) || rank(a) - rank(b) || text(a.prefix, b.prefix) || text(a.signature, b.signature));
    near.sort((a, b) => b.met / b.conditions - a.met / a.conditions || b.met - a.met || text(a.label, b.label));
    return { found, near: near.slice(0, this.rules.nearest) };
  }

  proved(prefix, names, header) {
    const numbers = new Set(names.flatMap((name) => this.byAnchor.get(name) ?? []));
    const field = "general.architecture";
    if (!prefix && header.metadata.has(field)) {
      for (const number of this.byAnchor.get(noted(field, header.metadata.get(field))) ?? []) numbers.add(number);
    }
    return [...numbers].sort((a, b) => a - b).map((number) => {
      const signature = this.signatures[number];
      return { signature, ...prove(signature.conditions, prefix, header) };
    });
  }

  identified({ signature, evidence }, prefix) {
    const claims = this.claimsOf(signature.identifies ?? [], this.entries);
    const sources = (signature.sources ?? []).map((number) => this.sources[number]);
    return {
      prefix,
      kind: signature.kind,
      label: signature.label,
      level: levelOf(claims),
      layout: signature.layout ?? null,
      signature: this.base + signature.iri,
      candidates: claims,
      grounds: signature.texts.map((condition, at) => ({ condition, found: evidence[at].found, sources })),
      settle: settle(claims),
      adapter: null,
    };
  }

  // Entries by path; one that nobody has is left out.
  claimsOf(paths, entries) {
    return paths.filter((path) => Object.hasOwn(entries, path)).map((path) => {
      const { id, label, series, page } = typeof entries[path] === "string" ? plain(path, entries[path]) : entries[path];
      return claim({ id, iri: this.base + path, label, series }, page);
    });
  }

  // What a GGUF file declares its architecture to be, by the names that series have there.
  ofDeclared({ format, metadata }) {
    const stated = format === "gguf" ? metadata.get("general.architecture") : null;
    const name = typeof stated === "string" ? stated.toLowerCase() : "";
    const claims = name && Object.hasOwn(this.declared, name) ? this.claimsOf(this.declared[name], this.entries) : [];
    if (!claims.length) return [];
    return [
      {
        prefix: "",
        kind: "llm",
        label: claims[0].label,
        level: claims.length === 1 ? "series" : "architecture",
        layout: "gguf",
        signature: `gguf:${stated}`,
        candidates: claims,
        grounds: [{ condition: `@general.architecture = ${stated}`, found: stated, sources: [] }],
        settle: settle(claims),
        adapter: null,
      },
    ];
  }

  kindOf(found) {
    const kinds = found.map((each) => each.kind);
    if (!kinds.length) return "unknown";
    return kinds.includes("diffusion") && kinds.some((kind) => this.rules.joined.includes(kind)) ? "checkpoint" : kinds[0];
  }

  // Raises the level by digests that the registry knows; one of a layout narrows nothing that shares it.
  async raise(answer) {
    for (const [kind, place] of DIGESTS) {
      const digits = answer.digests[kind];
      const claims = digits ? await this.fetched.digest(digits) : [];
      if (!claims.length) continue;
      const level = this.rules.levels[place];
      const ids = claims.map((each) => each.id).sort();
      const ground = { condition: `${kind} ${digits}`, found: `known of ${ids.join(", ")}`, sources: [] };
      const [first, ...rest] = answer.components;
      if (place === 0) {
        Object.assign(answer, { level, components: [ofDigest(claims, level, ground, first), ...rest], nearest: [] });
        return;
      }
      const series = new Set(claims.map((each) => each.series));
      if (first?.candidates.some((each) => series.has(each.series))) {
        answer.level = level;
        answer.components = [{ ...first, level, grounds: [...first.grounds, ground] }, ...rest];
        return;
      }
    }
  }
}

// A candidate; where its page lies is for the page alone, and no part of the answer.
export function claim(said, page) {
  return Object.defineProperty(said, "page", { value: page });
}

// An entry whose path says all but its label: `model/dit/flux-1/dev` is mir:model.dit.flux-1:dev.
function plain(path, label) {
  const [domain, architecture, name, ...rest] = path.split("/");
  const id = `mir:${[`${domain}.${architecture}.${name}`, ...rest].join(":")}`;
  return { id, label, series: domain === "model" ? `mir:info.${architecture}.${name}` : id, page: path };
}

function byAnchor(signatures) {
  const uses = new Map();
  const anchors = signatures.map((signature) => {
    signature.conditions = [
      ...(signature.requires ?? []).map(parseCondition),
      ...(signature.forbids ?? []).map((text) => ({ kind: "not", condition: parseCondition(text) })),
    ];
    return anchorsOf(signature.conditions);
  });
  for (const name of anchors.flat()) uses.set(name, (uses.get(name) ?? 0) + 1);
  const found = new Map();
  anchors.forEach((names, number) => {
    // The name that the fewest others need tells most.
    const rarest = names.reduce((a, b) => (uses.get(b) < uses.get(a) || (uses.get(b) === uses.get(a) && b < a) ? b : a));
    if (!found.has(rarest)) found.set(rarest, []);
    found.get(rarest).push(number);
  });
  return found;
}

// Leaves out what another refines, and a kind alone where another says which model of that kind it is. A signature of a
// whole file may refine that of a component in it.
function narrowest(isTrue) {
  const key = (prefix, what) => `${prefix}\n${what}`;
  const refined = new Set(isTrue.map((each) => key(each.prefix, each.signature.refines)));
  const isNamed = ({ signature }) => Boolean(signature.identifies?.length);
  const named = new Set(isTrue.filter(isNamed).map((each) => key(each.prefix, each.signature.kind)));
  return isTrue.filter((each) =>
    !refined.has(key(each.prefix, each.signature.iri)) && !refined.has(key("", each.signature.iri))
    && (isNamed(each) || !named.has(key(each.prefix, each.signature.kind))));
}

function nearOf({ signature, evidence }) {
  const at = evidence.findIndex((each) => each.truth !== YES);
  return {
    label: signature.label,
    met: evidence.filter((each) => each.truth === YES).length,
    conditions: evidence.length,
    lacking: `${signature.texts[at]}: ${evidence[at].found}`,
  };
}

function ofDigest(claims, level, ground, first) {
  return {
    prefix: first?.prefix ?? "",
    kind: first?.kind ?? "unknown",
    label: claims[0].label,
    level,
    layout: first?.layout ?? null,
    signature: first?.signature ?? "digest",
    candidates: claims,
    grounds: [ground, ...(first?.grounds ?? [])],
    settle: null,
    adapter: first?.adapter ?? null,
  };
}

function levelOf(claims) {
  if (!claims.length) return "kind";
  if (new Set(claims.map((each) => each.series)).size > 1) return "architecture";
  return claims.length > 1 || claims[0].id === claims[0].series ? "series" : "release family";
}

function settle(claims) {
  if (claims.length < 2) return null;
  return `the header alone cannot tell these ${claims.length} apart: --hash reads the file and looks its digest up`;
}

function isText(value) {
  return typeof value === "string" && value.trim() !== "";
}

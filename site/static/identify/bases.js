// What an adapter was made for: the networks whose modules are those that it changes, in their names and sizes.
// Each part of an adapter is held against every layout that has one of its modules; what cannot be told apart from names
// and sizes is given in full.

import { parting, placesOf, spelled } from "./modules.js";

// Words that come later say more.
const ABSENT = 1;
const NAMED = 2;
const UNSIZED = 3;
const SIZED = 4;
const WIDENED = 5;

export class Bases {
  // `layouts` are those of modules.json.
  constructor(layouts, base, rules) {
    this.layouts = layouts.map((layout) => ({ ...layout, networks: layout.networks.map((path) => base + path) }));
    this.places = placesOf(layouts);
    this.rules = rules;
    this.parted = parting(rules);
  }

  // { networks, parts: [{ name, modules, layouts, isProved }], isProved, isControl, nearest }: IRIs, best first.
  of(modules) {
    const parts = [];
    const nearest = [];
    let isControl = false;
    for (const [part, { roles, changes: written }] of this.changes(modules)) {
      const changes = this.mended(written);
      const fits = this.fits(changes, roles);
      const possible = this.possible(fits, changes.length);
      const found = possible.length ? possible : this.byName(fits, changes.length);
      const layouts = found.map((number) => this.layouts[number]);
      isControl ||= found.some((number) => fits.get(number).widened);
      const isProved = found.length > 0 && found.every((number) => {
        const fit = fits.get(number);
        return !fit.named && fit.unknown < fit.fits;
      });
      parts.push({ name: part || (layouts[0]?.role ?? "unknown"), modules: changes.length, layouts, isProved });
      if (found.length) continue;
      for (const [number, fit] of fits) {
        if (fit.named + fit.fits + fit.absent === changes.length) nearest.push(...this.layouts[number].networks);
      }
    }
    return {
      networks: agreed(parts),
      parts,
      isProved: parts.some((part) => part.isProved),
      isControl,
      nearest: [...new Set(nearest)],
    };
  }

  changes(modules) {
    const found = new Map();
    for (const module of modules) {
      const { part, roles, name } = this.parted(module.name);
      if (!found.has(part)) found.set(part, { roles, changes: [] });
      const those = found.get(part);
      those.roles = roles;
      those.changes.push({ ...spelled(name), module });
    }
    return found;
  }

  // Names anew what no layout has: processors of attention that diffusers once had, and prefixes of no known kind.
  mended(changes) {
    const { places } = this;
    if (changes.some((change) => places.has(change.name))) {
      return changes.map((change) => (places.has(change.name) ? change : { ...change, ...once(change) }));
    }
    const kinds = [changes.map(once), ...[1, 2, 3, 4].map((depth) => deeper(changes, depth))];
    const best = kinds.find((kind) => kind.some((other) => places.has(other.name)));
    return best ? changes.map((change, at) => ({ ...change, ...best[at] })) : changes;
  }

  fits(changes, roles) {
    const fits = new Map();
    const sized = new Map();
    for (const { name, numbers, module } of changes) {
      const alike = [name, module.method, module.inputs, module.outputs].join("\n");
      if (!sized.has(alike)) {
        const those = (this.places.get(name) ?? []).filter((place) => !roles.length || roles.includes(place.role));
        sized.set(alike, those.map((place) => [place, this.verdict(place, name, module)]));
      }
      const seen = new Map();
      for (const [place, bySize] of sized.get(alike)) {
        const isInside = numbers.every((number, at) => place.ranges[at][0] <= number && number <= place.ranges[at][1]);
        const verdict = isInside ? bySize : ABSENT;
        if (verdict > (seen.get(place.layout) ?? 0)) seen.set(place.layout, verdict);
      }
      for (const [number, verdict] of seen) {
        if (!fits.has(number)) fits.set(number, { fits: 0, named: 0, absent: 0, unknown: 0, widened: 0, touched: new Map() });
        const fit = fits.get(number);
        if (verdict === ABSENT) {
          fit.absent += 1;
          continue;
        }
        if (!fit.touched.has(name)) fit.touched.set(name, new Map());
        fit.touched.get(name).set(numbers.join(" "), numbers);
        if (verdict === NAMED) {
          fit.named += 1;
          continue;
        }
        fit.fits += 1;
        if (verdict === UNSIZED) fit.unknown += 1;
        if (verdict === WIDENED) fit.widened += 1;
      }
    }
    return fits;
  }

  verdict(place, name, { method, inputs, outputs }) {
    const { first, widened } = this.rules;
    if (inputs === null && outputs === null) return UNSIZED;
    if (method === "ia3") return outputs === place.inputs || outputs === place.outputs ? SIZED : NAMED;
    if (outputs !== null && outputs !== place.outputs) return NAMED;
    if (inputs === null || place.inputs === null || inputs === place.inputs || inputs === place.inputs * place.kernel) return SIZED;
    if (first.includes(name) && Number(inputs) % place.inputs === 0 && Number(inputs) / place.inputs <= widened) return WIDENED;
    return NAMED;
  }

  // The layouts that may be that of a part, those first whose blocks are changed without a gap.
  possible(fits, modules) {
    let able = [...fits].filter(([, fit]) => !fit.named && !fit.absent && fit.fits >= modules * (1 - this.rules.stray));
    const most = Math.max(0, ...able.map(([, fit]) => fit.fits));
    able = able.filter(([, fit]) => fit.fits === most);
    const straight = able.filter(([, fit]) => !fit.widened);
    if (straight.length) able = straight;
    const full = able.filter(([number, fit]) => this.isFull(number, fit));
    return inOrder(full.length ? full : able);
  }

  // The layouts that have the modules in other sizes, when names alone leave few.
  byName(fits, modules) {
    const found = [...fits].filter(([, fit]) => !fit.absent && fit.fits + fit.named === modules);
    return found.length <= this.rules.few ? inOrder(found) : [];
  }

  // Whether each module that is changed is changed in each block that has one; a handful may be all there are by chance.
  isFull(number, fit) {
    const touched = [...fit.touched];
    if (touched.reduce((total, [, numbers]) => total + numbers.size, 0) < this.rules.many) return false;
    let hasBlocks = false;
    for (const [name, those] of touched) {
      for (const place of this.places.get(name)) {
        if (place.layout !== number) continue;
        for (const [at, [first, last]] of place.ranges.entries()) {
          hasBlocks ||= first < last;
          const seen = new Set([...those.values()].map((numbers) => numbers[at]));
          for (let each = first; each <= last; each += 1) if (!seen.has(each)) return false;
        }
      }
    }
    return hasBlocks;
  }
}

function inOrder(fits) {
  return fits.map(([number]) => number).sort((a, b) => a - b);
}

// A module of an attention processor as the attention itself has it now.
function once({ name: written, numbers }) {
  const name = written.replaceAll("_processor_", "_");
  return name.endsWith("_to_out") ? { name: `${name}_#`, numbers: [...numbers, 0] } : { name, numbers };
}

// Leaves out so many segments before names, when each name begins with the same ones; else nothing.
function deeper(changes, depth) {
  const split = changes.map((change) => change.module.name.split("."));
  const heads = new Set(split.map((segments) => segments.slice(0, depth).join("\n")));
  if (heads.size !== 1 || split.some((segments) => segments.length <= depth)) return [];
  return split.map((segments) => spelled(segments.slice(depth).join(".")));
}

// What all parts that are known have in common, in the order of the part that is changed most.
export function agreed(parts) {
  const known = parts.filter((part) => part.layouts.length);
  known.sort((a, b) => Number(a.name !== "network") - Number(b.name !== "network") || b.modules - a.modules);
  if (!known.length || parts.some((part) => !part.layouts.length && part.name === "network")) return [];
  const sets = known.map((part) => [...new Set(part.layouts.flatMap((layout) => layout.networks))]);
  const shared = sets[0].filter((network) => sets.every((other) => isWithin(network, other)));
  // An encoder of another network may have been trained along; the network itself decides.
  return shared.length ? shared : sets[0];
}

function isWithin(network, others) {
  const series = seriesOf(network);
  return others.some((other) => network === other || (seriesOf(other) === series && `${network}${other}`.includes("/info/")));
}

function seriesOf(network) {
  const [head, ...path] = network.replaceAll("/model/", "/info/").split("/info/");
  return `${head}/${path.join("/info/").split("/").slice(0, 2).join("/")}`;
}

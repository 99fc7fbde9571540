// An adapter as an identification has it: its candidates are what it may be used with, and not what it is.

import { agreed } from "./bases.js";

// Tells of an adapter that was read: { kind, ranks, bases }.
export function factsOf(adapter, bases, rules, isControl) {
  const found = bases.of(adapter.modules);
  let kind = rules.called[adapter.method];
  if (adapter.isDora) kind = adapter.method === "lora" ? "DoRA" : `${kind} with DoRA`;
  if (found.isControl || isControl) kind = `control ${kind}`;
  return { kind, ranks: adapter.ranks, bases: found };
}

// Tells of a textual inversion by how wide its vectors are for each encoder: who has encoders with words so wide.
export function inversionFacts(widths, bases, rules) {
  const places = rules.embeddings.flatMap((name) => bases.places.get(name) ?? []);
  const parts = [...widths].map(([encoder, width]) => {
    const fitting = places.filter((place) => place.outputs === width && rules.roles[encoder].includes(place.role));
    const numbers = [...new Set(fitting.map((place) => place.layout))].sort((a, b) => a - b);
    const layouts = numbers.map((number) => bases.layouts[number]);
    return { name: encoder || "text_encoder", modules: 1, layouts, isProved: layouts.length > 0 };
  });
  const isKnown = parts.every((part) => part.layouts.length);
  return { kind: rules.called, ranks: [], bases: { networks: isKnown ? agreed(parts) : [], parts, isProved: isKnown, nearest: [] } };
}

// The component that stands for the adapter; `claimsOf` gives the entries of IRIs.
export function adapted({ kind, ranks, bases }, claimsOf, isInversion) {
  const claims = claimsOf(bases.networks);
  const parts = bases.parts.map(({ name, modules, layouts, isProved }) => ({ name, modules, proved: layouts.length > 0 && isProved }));
  const proved = bases.isProved && claims.length > 0;
  const isOne = new Set(claims.map((claim) => claim.series)).size === 1;
  return {
    prefix: "",
    kind: isInversion ? "textual-inversion" : "lora",
    label: `${kind[0].toUpperCase()}${kind.slice(1)}`,
    level: proved ? (isOne ? "series" : "architecture") : "kind",
    layout: null,
    signature: "adapter",
    candidates: claims,
    grounds: grounds({ kind, ranks, parts, proved, isInversion }, claims),
    settle: settle(claims, proved),
    adapter: {
      kind,
      ranks: Object.fromEntries(ranks.map(([rank, modules]) => [String(rank), modules])),
      parts,
      proved,
      nearest: claims.length ? [] : claimsOf(bases.nearest).map((claim) => claim.id),
    },
  };
}

function grounds({ kind, ranks, parts, proved, isInversion }, claims) {
  let changed = `vectors for ${parts.map((part) => part.name).join(", ")}`;
  if (!isInversion) {
    const counted = ranks.map(([rank, modules]) => `${rank} (${modules})`).join(", ") || "unknown";
    changed = `${parts.map((part) => `${part.modules} modules of ${part.name}`).join(", ")}; rank ${counted}`;
  }
  let fits = "names are those of the networks above, sizes are others or unknown";
  if (!claims.length) fits = "no network that is known has these modules in these sizes";
  else if (proved) fits = "names and sizes are those of the networks above";
  return [
    { condition: `adapter: ${kind}`, found: changed, sources: [] },
    { condition: "what it fits", found: fits, sources: [] },
  ];
}

function settle(claims, proved) {
  if (!claims.length) return null;
  if (!proved) return "names alone speak for this, which proves nothing: the page of the adapter says what it was made for";
  return claims.length > 1 ? `it fits all ${claims.length} alike; which it was trained on, the page of the adapter says` : null;
}

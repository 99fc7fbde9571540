// An answer as a person reads it: what the file is, how much of that is known and why, and what would settle the rest.

import { bytes, element, facts, many, table } from "./elements.js";

const KINDS = {
  diffusion: "Diffusion network", vae: "Autoencoder", "text-encoder": "Text encoder", llm: "Language model", clip: "CLIP",
  "clip-vision": "Vision encoder", vision: "Vision model", controlnet: "ControlNet", "t2i-adapter": "T2I adapter",
  "ip-adapter": "IP adapter", "motion-adapter": "Motion adapter", "textual-inversion": "Textual inversion",
  upscaler: "Upscaler", audio: "Audio model", lora: "Adapter", checkpoint: "Checkpoint", unknown: "Unknown",
};
const LEVELS = {
  "exact file": "The SHA-256 of the file is on record",
  "exact weights": "The weights are on record",
  "exact layout": "A digest of the layout is published; fine-tunes have the same",
  "release family": "One entry has this layout; fine-tunes of it have it too",
  series: "Of the series, no release is told",
  architecture: "Candidates of several series have it",
  kind: "What it is for, and no entry",
  unknown: "No signature holds",
};
const SHOWN = 8;
const PARTS = ["d", "a", "r", "k"];

// The id with its parts in their colours; the text of it is the id.
function address(id) {
  const [, domain, architecture, series, rest] = /^mir:([^.]+)\.([^.]+)\.([^:]+)(?::(.*))?$/.exec(id) ?? [null];
  if (domain === undefined) return element("code", {}, id);
  const parts = [domain, architecture, series, rest].filter((part) => part !== undefined);
  const joints = [".", ".", ":"];
  const shown = parts.map((part, at) => [element("b", { class: PARTS[at] }, part), at < parts.length - 1 ? joints[at] : null]);
  return element("code", { class: "id", translate: "no" }, "mir:", shown);
}

function kindOf(kind) {
  return KINDS[kind] ?? kind;
}

function seriesOf(candidates) {
  return [...new Set(candidates.map((each) => each.series))];
}

// What the file is, in one line.
export function verdict(answer) {
  const [first] = answer.components;
  if (!first) return "Nothing that the registry knows has this layout";
  const { candidates, adapter, label, level } = first;
  const names = candidates.map((each) => each.label);
  if (adapter) {
    const ranks = Object.keys(adapter.ranks);
    const rank = ranks.length === 1 ? ` of rank ${ranks[0]}` : ranks.length ? ` of ranks ${ranks[0]} to ${ranks.at(-1)}` : "";
    const shown = names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
    return `${label}${rank}${names.length ? ` that fits ${shown}` : ", and no network that is known has what it changes"}`;
  }
  if (level === "exact file") return names.join(", ");
  if (!names.length) return `${label}: ${kindOf(first.kind).toLowerCase()}, of no entry that is known`;
  if (level === "release family") return `${names[0]}, or a fine-tune of it`;
  if (names.length > 1) return `${label}: one of ${names.length} that share this header`;
  return level === "exact layout" ? `${names[0]}, or what was trained from it` : names[0];
}

function candidateList(candidates, root) {
  const list = (some) => element("ul", { class: "candidates" }, some.map((each) =>
    element("li", {}, element("a", { href: `${root}${each.page}/` }, each.label), " ", address(each.id))));
  if (candidates.length <= SHOWN + 2) return list(candidates);
  const rest = candidates.slice(SHOWN);
  return [list(candidates.slice(0, SHOWN)), element("details", { class: "why" }, element("summary", {}, `${rest.length} more, none of them less likely`), list(rest))];
}

function grounds(component) {
  const sources = [...new Set(component.grounds.flatMap((ground) => ground.sources))];
  const rows = component.grounds.map((ground) => [element("code", {}, ground.condition), element("code", {}, ground.found)]);
  const links = sources.map((source) => element("li", {}, /^https?:/.test(source) ? element("a", { href: source, rel: "noreferrer" }, source) : source));
  return element(
    "details", { class: "why" },
    element("summary", {}, `Why: ${many(rows.length, "ground")}${sources.length ? `, from ${many(sources.length, "source")}` : ""}`),
    table(["Asked of the header", "Found"], rows),
    links.length ? element("ul", { class: "sources s" }, links) : null,
  );
}

function adapterFacts(adapter) {
  const ranks = Object.entries(adapter.ranks).map(([rank, modules]) => `${rank} (${many(modules, "module")})`);
  const parts = adapter.parts.map((part) => `${part.name}: ${many(part.modules, "module")}${part.proved ? "" : ", by names alone"}`);
  return element(
    "dl", { class: "pairs" },
    element("dt", {}, "Kind"), element("dd", {}, adapter.kind),
    element("dt", {}, "Rank"), element("dd", {}, ranks.slice(0, 12).join(", ") + (ranks.length > 12 ? ` and ${ranks.length - 12} more` : "") || "not told"),
    element("dt", {}, "Changes"), parts.map((part) => element("dd", {}, part)),
    adapter.nearest.length ? [element("dt", {}, "Nearest"), adapter.nearest.map((id) => element("dd", {}, address(id)))] : null,
  );
}

function componentOf(component, isOnly, root) {
  const series = seriesOf(component.candidates);
  const where = component.prefix ? [" below ", element("code", {}, component.prefix)] : null;
  return element(
    "section", { class: "component" },
    isOnly ? null : element("h3", {}, `${kindOf(component.kind)}: ${component.label}`, element("small", {}, where)),
    isOnly && where ? element("p", { class: "quiet" }, "Its tensors stand", where) : null,
    component.adapter ? adapterFacts(component.adapter) : null,
    component.adapter && component.candidates.length ? element("h3", {}, "Fits") : null,
    component.candidates.length ? candidateList(component.candidates, root) : null,
    component.settle ? element("p", { class: "notice" }, sentence(component.settle, series.length)) : null,
    grounds(component),
  );
}

// `--hash` of the command is a button here.
function sentence(text) {
  const said = text.replace("--hash reads the file and looks its digest up", "reading the whole file and looking its digest up may");
  return `${said[0].toUpperCase()}${said.slice(1)}.`;
}

export function answerView(answer, { header, root, took }) {
  const [first] = answer.components;
  const rest = answer.components.length > 1;
  return [
    element("p", { class: `verdict${first ? "" : " none"}` }, verdict(answer)),
    facts([
      ["Kind", kindOf(answer.kind)],
      ["Known", [answer.level[0].toUpperCase(), answer.level.slice(1), element("small", {}, LEVELS[answer.level] ?? "")]],
      ["Precision", answer.precision && [answer.precision, answer.packing ? element("small", {}, `packed by ${answer.packing}`) : null]],
      ["Tensors", [header.tensors.length.toLocaleString("en"), element("small", {}, `${answer.format}, ${bytes(answer.size)}`)]],
      ["Read", [bytes(header.bytesRead), element("small", {}, `of its header, in ${Math.max(1, Math.round(took))} ms`)]],
    ]),
    answer.components.map((each) => componentOf(each, !rest, root)),
    answer.nearest.length
      ? [
        element("h3", {}, "Nearest, and none of them claimed"),
        table(["Signature", "Conditions that hold", "First that does not"], answer.nearest.map((near) =>
          [near.label, `${near.met} of ${near.conditions}`, element("code", {}, near.lacking)])),
      ]
      : null,
    answer.hints.length
      ? [
        element("h3", {}, "What the file says of itself"),
        element("p", { class: "quiet s" }, "Metadata are often wrong, so they add no candidate and remove none."),
        element("ul", { class: "hints" }, answer.hints.map((hint) => element("li", {}, hint))),
      ]
      : null,
    element(
      "details", { class: "why" },
      element("summary", {}, "Digests"),
      element("dl", { class: "hash" }, Object.entries(answer.digests).map(([kind, digits]) =>
        [element("dt", {}, kind), element("dd", {}, element("code", {}, digits))])),
    ),
  ];
}

export function refusalView(refusal) {
  const command = /^run: (.+)$/.exec(refusal.hint)?.[1];
  const isElsewhere = refusal.offence === "not-in-the-browser";
  return [
    element("p", { class: "verdict none" }, isElsewhere ? "Not opened here" : "Refused"),
    element("p", {}, `${sentenceOf(refusal.message)} `, element("code", {}, refusal.offence)),
    command
      ? [
        element("p", { class: "quiet" }, "The command reads it without running anything in it:"),
        element("div", { class: "code" }, element("pre", { tabindex: "0", role: "region", "aria-label": "Command" }, element("code", {}, command)),
          element("button", { class: "btn sm", type: "button", "data-copy": command }, "Copy")),
      ]
      : element("p", { class: "notice" }, sentenceOf(refusal.hint)),
  ];
}

function sentenceOf(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}

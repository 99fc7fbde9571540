// The page: takes files that are chosen or dropped, one after the other, and shows the answer to each. Nothing is uploaded.

import { bytes, element, many } from "./elements.js";
import { readHeader } from "./reading.js";
import { openIdentifier } from "./registry.js";
import { Refusal } from "./source.js";
import { answerView, refusalView, verdict } from "./view.js";

const ROOT = new URL("../../", import.meta.url).href;
const zone = document.querySelector("#drop");
const chooser = document.querySelector("#file");
const said = document.querySelector("#said");
const answers = document.querySelector("#answers");
let opened = null;
let queue = Promise.resolve();

function identifier() {
  opened ??= openIdentifier(async (path) => {
    const response = await fetch(`${ROOT}api/v1/${path}`);
    if (!response.ok) throw new Error(`${path} is not there`);
    return response.json();
  });
  opened.catch(() => { opened = null; });
  return opened;
}

class Shown {
  constructor(file) {
    this.file = file;
    this.body = element("div", {}, element("p", { class: "quiet" }, "Reading its header …"));
    const id = `file-${answers.childElementCount + 1}`;
    const close = element("button", { class: "btn sm", type: "button", on: { click: () => this.close() } }, "Remove", element("span", { class: "vh" }, ` ${file.name}`));
    this.article = element(
      "article", { class: "spec found", "aria-labelledby": id },
      element("header", {}, element("h2", { id, class: "mono" }, file.name), element("p", {}, bytes(file.size)), element("p", {}, close)),
      this.body,
    );
  }

  // Says how it ended: "known", "unknown" or "refused".
  async identify(sha256) {
    try {
      const from = performance.now();
      const known = await identifier();
      this.header ??= await readHeader(this.file, this.file.name, known.rules);
      const answer = await known.identify(this.header, sha256 ? { sha256 } : {});
      this.body.replaceChildren(...answerView(answer, { header: this.header, root: ROOT, took: performance.now() - from }).flat().filter(Boolean));
      this.body.append(this.actions(answer, sha256));
      this.line = verdict(answer);
      return answer.level === "unknown" ? "unknown" : "known";
    } catch (error) {
      return this.fault(error);
    }
  }

  fault(error) {
    if (error instanceof Refusal) {
      this.body.replaceChildren(...refusalView(error).flat());
      this.line = `refused, ${error.offence}`;
      return "refused";
    }
    this.line = "the signatures could not be loaded";
    const again = element("button", { class: "btn", type: "button", on: { click: () => this.identify() } }, "Try again");
    this.body.replaceChildren(element("p", { class: "verdict none" }, "Not identified"), element("p", {}, `The signatures could not be loaded: ${error.message}.`), again);
    return "refused";
  }

  actions(answer, sha256) {
    const text = JSON.stringify([answer], null, 2);
    const copy = element("button", { class: "btn", type: "button", "data-copy": text }, "Copy answer as JSON");
    if (sha256) {
      const isKnown = answer.level === "exact file";
      return element("div", { class: "acts mt" }, copy, element("p", { class: "quiet s" }, isKnown ? "" : "The SHA-256 of the file is not on record."));
    }
    const whole = element("button", { class: "btn", type: "button" }, `Read the whole file (${bytes(this.file.size)})`);
    const acts = element("div", { class: "acts mt" }, copy, whole);
    whole.addEventListener("click", () => this.hash(acts, whole));
    return acts;
  }

  hash(acts, whole) {
    const bar = element("progress", { max: "1", value: "0", "aria-label": `Reading ${this.file.name}` });
    const rate = element("span", { class: "quiet s" });
    const stop = element("button", { class: "btn sm", type: "button" }, "Stop");
    const worker = new Worker(new URL("hash-worker.js", import.meta.url), { type: "module" });
    const from = performance.now();
    this.worker = worker;
    const end = () => {
      worker.terminate();
      this.worker = null;
      for (const each of [bar, rate, stop]) each.remove();
    };
    whole.hidden = true;
    acts.append(bar, rate, stop);
    stop.focus();
    said.textContent = `Reading the whole of ${this.file.name}`;
    stop.addEventListener("click", () => {
      end();
      whole.hidden = false;
      whole.focus();
      said.textContent = "Stopped";
    });
    const failed = (why) => {
      end();
      acts.append(element("p", { class: "notice" }, why));
      said.textContent = why;
    };
    worker.addEventListener("error", () => failed("The browser could not read the file in the background."));
    worker.addEventListener("message", async ({ data }) => {
      if (data.fault) failed(`Not read: ${data.fault}.`);
      else if (data.read !== undefined) {
        bar.value = data.read / this.file.size;
        const speed = (data.read / (performance.now() - from)) * 1000;
        rate.textContent = `${bytes(data.read)} of ${bytes(this.file.size)}, ${bytes(speed)} a second`;
      } else {
        end();
        await this.identify(data.sha256);
        said.textContent = `${this.file.name}: ${this.line}`;
        this.body.querySelector("button")?.focus();
      }
    });
    worker.postMessage(this.file);
  }

  close() {
    this.worker?.terminate();
    const next = this.article.nextElementSibling ?? this.article.previousElementSibling;
    this.article.remove();
    (next?.querySelector("button") ?? chooser).focus();
    said.textContent = `${this.file.name} removed`;
  }
}

function take(files) {
  const shown = [...files].map((file) => new Shown(file));
  if (!shown.length) return;
  answers.prepend(...shown.map((each) => each.article));
  queue = queue.then(async () => {
    const ends = { known: 0, unknown: 0, refused: 0 };
    for (const [at, each] of shown.entries()) {
      said.textContent = shown.length > 1 ? `Reading ${at + 1} of ${shown.length}: ${each.file.name}` : `Reading ${each.file.name}`;
      ends[await each.identify()] += 1;
    }
    const counted = Object.entries(ends).filter(([, count]) => count).map(([end, count]) => `${count} ${end}`).join(", ");
    said.textContent = shown.length > 1 ? `${many(shown.length, "file")} read: ${counted}` : `${shown[0].file.name}: ${shown[0].line}`;
  });
}

chooser.addEventListener("change", () => {
  take(chooser.files);
  // The same file may be chosen again.
  chooser.value = "";
});
for (const event of ["dragenter", "dragover"]) {
  document.addEventListener(event, (dragged) => {
    if (![...dragged.dataTransfer.types].includes("Files")) return;
    dragged.preventDefault();
    dragged.dataTransfer.dropEffect = "copy";
    zone.classList.add("over");
  });
}
document.addEventListener("dragleave", (dragged) => { if (!dragged.relatedTarget) zone.classList.remove("over"); });
document.addEventListener("drop", (dropped) => {
  zone.classList.remove("over");
  if (!dropped.dataTransfer.files.length) return;
  dropped.preventDefault();
  take(dropped.dataTransfer.files);
});

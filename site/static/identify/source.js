// A file that is read by position, and the refusal of one that is damaged, harmful or none of ours.

import { quoted } from "./text.js";

const LONGEST = 80;

export class Refusal extends Error {
  // `offence` is the word that mirld has for what is wrong, `hint` says what to do.
  constructor(offence, message, hint = "do not load it; get the file anew from whoever published it") {
    super(message);
    this.offence = offence;
    this.hint = hint;
  }
}

export function refuse(offence, message, hint) {
  throw new Refusal(offence, message, hint);
}

// Quotes a text of a file for a message: control characters escaped, long ones cut.
export function shown(text) {
  const characters = text.length > LONGEST ? [...text.slice(0, 2 * LONGEST + 2)] : [];
  return characters.length > LONGEST ? `${quoted(characters.slice(0, LONGEST).join(""), true).slice(0, -1)}…'` : quoted(text, true);
}

export class Source {
  // `blob` is a File, or all that has `size` and `slice`; `taken` counts the bytes that were read.
  constructor(blob, name) {
    this.blob = blob;
    this.name = name;
    this.size = blob.size;
    this.taken = 0;
  }

  async peek(start, length) {
    const end = Math.min(start + length, this.size);
    if (end <= start) return new Uint8Array(0);
    let bytes;
    try {
      bytes = new Uint8Array(await this.blob.slice(start, end).arrayBuffer());
    } catch {
      refuse("unreadable", "it cannot be read", "choose a file, and no folder; if it changed meanwhile, choose it again");
    }
    this.taken += bytes.length;
    return bytes;
  }

  async read(start, length, what) {
    if (start + length > this.size) {
      refuse(
        "truncated",
        `${what} would end at byte ${start + length}, the file has ${this.size}`,
        "the file is incomplete or damaged: download it again",
      );
    }
    const bytes = await this.peek(start, length);
    if (bytes.length !== length) refuse("truncated", `${what} could not be read whole: the file became shorter meanwhile`);
    return bytes;
  }
}

// Reads a whole file piece by piece and gives its SHA-256: { read } as it goes on, then { sha256 }, or { fault }.

import { Sha256 } from "./digests.js";

const PIECE = 8 * 2 ** 20;

addEventListener("message", async ({ data: file }) => {
  try {
    const digest = new Sha256();
    for (let at = 0; at < file.size; at += PIECE) {
      digest.update(new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()));
      postMessage({ read: Math.min(at + PIECE, file.size) });
    }
    postMessage({ sha256: digest.hex() });
  } catch {
    postMessage({ fault: "the file cannot be read any more: it was moved or changed" });
  }
});

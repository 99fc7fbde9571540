// Identifies files with the modules of the page: node identify.mjs ASSETS API < ["file", …]. Prints a JSON list; what is
// refused is { offence, message, hint }.

import { promises as fs } from "node:fs";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";

const [, , assets, api] = process.argv;
const { openIdentifier } = await import(pathToFileURL(`${assets}/registry.js`));
const { readHeader } = await import(pathToFileURL(`${assets}/reading.js`));
const { Refusal } = await import(pathToFileURL(`${assets}/source.js`));
const identifier = await openIdentifier(async (path) => JSON.parse(await fs.readFile(`${api}/${path}`, "utf8")));

// The Blob of Node 20 has the size of a file modulo four gigabytes.
function blobOf(handle, size) {
  const slice = (start, end) => ({
    async arrayBuffer() {
      const bytes = new Uint8Array(end - start);
      const { bytesRead } = await handle.read(bytes, 0, end - start, start);
      return bytes.buffer.slice(0, bytesRead);
    },
  });
  return { size, slice };
}

async function answerTo(file) {
  const handle = await fs.open(file);
  try {
    const header = await readHeader(blobOf(handle, (await handle.stat()).size), basename(file), identifier.rules);
    return await identifier.identify(header);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { offence: error.offence, message: error.message, hint: error.hint };
  } finally {
    await handle.close();
  }
}

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const answers = [];
for (const file of JSON.parse(Buffer.concat(chunks).toString())) answers.push(await answerTo(file));
process.stdout.write(JSON.stringify(answers));

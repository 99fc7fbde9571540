// The files of the static API that identification needs, each loaded when it is first wanted.

import { sha256 } from "./digests.js";
import { Identifier, claim } from "./identifier.js";

// `get` gives the parsed JSON of a path below api/v1/.
export async function openIdentifier(get) {
  const kept = new Map();
  const once = (path) => {
    if (!kept.has(path)) {
      const found = get(path);
      // What failed is asked for again.
      found.catch(() => kept.delete(path));
      kept.set(path, found);
    }
    return kept.get(path);
  };
  const shard = async (kind, key) => {
    const { digits, named_by: namedBy } = (await once("index.json")).kinds[kind];
    const name = (namedBy === "key" ? key : sha256(key)).slice(0, digits);
    return (await once(`${kind}/${name}.json`))[key];
  };
  const data = await once("signatures.json");
  const digest = async (digits) => {
    const hits = (await shard("digests", digits)) ?? [];
    const ids = [...new Set(hits.map((hit) => hit.id))];
    return Promise.all(ids.map(async (id) => claimOf(await shard("entries", id), data.base)));
  };
  return new Identifier(data, { modules: () => once("modules.json"), digest });
}

function claimOf({ id, iri, label, series }, base) {
  const isModel = id.startsWith("mir:model.");
  return claim({ id, iri, label, series: isModel ? series : id }, iri.slice(base.length));
}

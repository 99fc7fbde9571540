"""What the static API says fits an entry: the lists of `mirld compat ID --list`, with what decides."""

from __future__ import annotations

from mirld.lookup.compatibility_lists import LoadedKnowledge, all_fitting
from mirld.registry.read import read_concepts
from mirld.site.api_shards import told
from mirld.site.material import Material


def fits(material: Material) -> dict[str, object]:
    """Return what fits every entry that anything fits, by kind, by id."""
    ids = material.ids
    known = LoadedKnowledge(material.registry, read_concepts(material.dataset))
    return {
        ids[entry.iri]: {
            token: [told({"id": ids[each.iri], "reason": each.reason, "sources": list(each.sources)}) for each in found]
            for token, found in of_kinds.items()
        }
        for entry, of_kinds in all_fitting(known, material.registry)
    }

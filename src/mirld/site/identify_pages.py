"""The page that says what a file is: all that it shows before a file is chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mirld.registry.signatures import KINDS
from mirld.site.api_identify import MODULES, SIGNATURES
from mirld.site.contexts import Fact, Head, Row
from mirld.site.identify_contexts import Anchored, IdentifyContext
from mirld.site.links import Link
from mirld.site.material import Linker, Material
from mirld.site.plan import Page
from mirld.vocab import DCTERMS, MIR

LEVELS: Mapping[str, str] = {
    "exact file": "The SHA-256 of the file is on record.",
    "exact weights": "The weights are on record, whatever the header says.",
    "exact layout": "A digest of the layout is published for one of the candidates; fine-tunes have the same.",
    "release family": "One entry has this layout, and so do fine-tunes that are not on record.",
    "series": "Several releases of one series have it: all are shown, and none is claimed.",
    "architecture": "Candidates of several series have it.",
    "kind": "What it is for is known, and no entry.",
    "unknown": "No signature holds; the nearest are shown, and none is claimed.",
}
"""What each level of `mirld.lookup.identification` says, in one sentence."""

COMMANDS = (
    "mirld identify model.safetensors",
    "mirld identify ~/models --recursive --json",
    "mirld identify model.ckpt --hash",
)
"""What gives the same answer in the shell."""

_WORKER = "hash-worker.js"  # loaded when a whole file is read


def identify_context(material: Material, page: Page, head: Head) -> IdentifyContext:
    """Say how much is known, and what the page reads."""
    api = f"{head.root}api/v1/"
    signatures = tuple(_signatures(material, page))
    scripts = sorted((material.look / "static" / "identify").glob("*.js"))
    return IdentifyContext(
        head=head,
        total=sum(len(each.rows) for each in signatures),
        has_forms=bool(page.subject),
        levels=tuple(Fact(Link(name), (Link(what),)) for name, what in LEVELS.items()),
        commands=COMMANDS,
        files=(Link(SIGNATURES, f"{api}{SIGNATURES}"), Link(MODULES, f"{api}{MODULES}", "for adapters")),
        scripts=tuple(path.name for path in scripts if path.name != _WORKER),
        signatures=signatures,
    )


def _signatures(material: Material, page: Page) -> Iterator[Anchored]:
    """Group signatures by their kind, in the order of kinds, each group sorted by label and linked to its cases."""
    view, link = material.view, Linker(material, page)
    found: dict[str, list[Row]] = {kind: [] for kind in KINDS}
    for iri in view.instances(MIR.Signature):
        cases = sorted(case for case, name in view.incoming(iri) if name == DCTERMS.conformsTo)
        label = material.label(iri)
        head = link.to(cases[0])._replace(label=label) if cases else Link(label)
        more = tuple(link.to(case)._replace(label=str(number)) for number, case in enumerate(cases[1:], start=2))
        row = Row(anchor=iri.partition("#")[2], head=head, cells=(more,) if more else ())
        found.setdefault(view.text(iri, MIR.role) or "other", []).append(row)
    for kind, rows in found.items():
        if rows:
            yield Anchored(kind, tuple(sorted(rows, key=lambda row: (row.head.label.casefold(), row.anchor))))

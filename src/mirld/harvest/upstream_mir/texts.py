"""Files of a harvest: which there are, and what is in each."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mirld.graph.load import parse_turtle
from mirld.graph.terms import Iri, Literal, Triple, literal, text
from mirld.graph.turtle import write_turtle
from mirld.harvest.folder import retrieved
from mirld.harvest.upstream_mir.claims import Claims
from mirld.harvest.upstream_mir.read import Upstream
from mirld.vocab import DCAT, DCTERMS, DEFAULT_BASE, MIR, RDF_TYPE, RDFS_LABEL, SPDX_LICENSES, XSD

SOURCE = Iri(f"{DEFAULT_BASE}source/upstream-mir")
HARVESTED = "data/harvested/upstream-mir"
LEDGER = "data/ledger"
_LICENCE = Iri(f"{DEFAULT_BASE}licence/mpl-2.0-commons-clause-1.0")


def files(claims: Claims, upstream: Upstream, records: Iterable[Triple], today: str, there: Path) -> dict[str, str]:
    """Text of every file by its path below the root; one file an architecture.

    Where the same revision was harvested before, the day of that is kept, so that harvesting
    again changes nothing.
    """
    by_file: dict[str, list[Triple]] = {}
    for triple in claims.triples:
        architecture = triple[0].removeprefix(DEFAULT_BASE).split("/")[1]
        by_file.setdefault(f"{HARVESTED}/{architecture}.ttl", []).append(triple)
    day = retrieved(there / HARVESTED / "source.ttl", upstream.revision or upstream.version, today)
    by_file[f"{HARVESTED}/findings.ttl"] = [triple for finding in claims.findings for triple in finding.triples(SOURCE)]
    by_file[f"{HARVESTED}/source.ttl"] = _source(upstream, day)
    ledger = _kept_ledger(there / LEDGER / "upstream-mir.ttl", list(records), whole=bool(upstream.history))
    if ledger:
        by_file[f"{LEDGER}/upstream-mir.ttl"] = ledger
        by_file[f"{LEDGER}/source.ttl"] = _ledger_source(day)
    return {name: write_turtle(triples, DEFAULT_BASE) for name, triples in sorted(by_file.items())}


def _kept_ledger(file: Path, records: list[Triple], *, whole: bool) -> list[Triple]:
    """Add records to those that are there: none is ever lost, and without a history what was known of one stays."""
    if not file.is_file():
        return records
    before = parse_turtle(file.read_bytes(), DEFAULT_BASE, str(file))
    new = {triple[0] for triple in records}
    old = {triple[0] for triple in before}
    kept = [triple for triple in before if triple[0] not in new or not whole]
    return kept + [triple for triple in records if whole or triple[0] not in old]


def _source(upstream: Upstream, day: str) -> list[Triple]:
    said: list[Triple] = [
        (SOURCE, Iri(RDF_TYPE), Iri(MIR.Source)),
        (SOURCE, Iri(RDFS_LABEL), text("Upstream MIR", "en")),
        (SOURCE, Iri(DCTERMS.title), text("MIR of darkshapes", "en")),
        (
            SOURCE,
            Iri(DCTERMS.description),
            text(
                "Names, repositories, digests, loaders, settings and hub tags of the registry that mirld carries on,"
                " read from its published JSON; single facts, each checked, with what was refused listed as findings.",
                "en",
            ),
        ),
        (SOURCE, Iri(DCTERMS.license), _LICENCE),
        (SOURCE, Iri(DCTERMS.source), Iri("https://github.com/darkshapes/nnll")),
        (SOURCE, Iri(DCTERMS.source), Iri("https://github.com/darkshapes/MIR")),
        (SOURCE, Iri(DCAT.version), literal(upstream.version)),
        (SOURCE, Iri(MIR.retrieved), Literal(day, XSD.date)),
        (SOURCE, Iri(MIR.confidence), Iri(f"{DEFAULT_BASE}vocab/confidence/declared")),
        (SOURCE, Iri(MIR.rank), literal(50)),
    ]
    if upstream.specs:
        said.append((SOURCE, Iri(DCTERMS.source), Iri("https://github.com/darkshapes/divisor")))
    if upstream.revision:
        said.append((SOURCE, Iri(MIR.revision), literal(upstream.revision)))
    return said


def _ledger_source(day: str) -> list[Triple]:
    subject = Iri(f"{DEFAULT_BASE}source/ledger")
    return [
        (subject, Iri(RDF_TYPE), Iri(MIR.Source)),
        (subject, Iri(RDFS_LABEL), text("Ledger", "en")),
        (subject, Iri(DCTERMS.title), text("Ledger of names", "en")),
        (
            subject,
            Iri(DCTERMS.description),
            text(
                "Every name that was ever published for a resource, here or upstream, and what became of it. Records"
                " are only ever added.",
                "en",
            ),
        ),
        (subject, Iri(DCTERMS.license), Iri(SPDX_LICENSES["CC0-1.0"])),
        (subject, Iri(DCTERMS.source), Iri(DEFAULT_BASE)),
        (subject, Iri(MIR.retrieved), Literal(day, XSD.date)),
        (subject, Iri(MIR.confidence), Iri(f"{DEFAULT_BASE}vocab/confidence/declared")),
        (subject, Iri(MIR.rank), literal(10)),
    ]

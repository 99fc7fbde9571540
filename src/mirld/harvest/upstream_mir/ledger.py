"""What became of every id that upstream ever published."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mirld.graph.terms import Iri, Literal, Triple, text
from mirld.vocab import DCTERMS, DEFAULT_BASE, MIR, RDF_TYPE, SKOS, XSD

_KEPT = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789._-")
_SPLIT = "It stood for several models, each of which has a name of its own."
_SOURCE = re.compile(r"(?P<project>nnll|MIR)@(?P<commit>[0-9a-f]{7,40}):(?P<path>.+)")


def record(
    old: str,
    targets: Iterable[str],
    *,
    reason: str | None = None,
    first_seen: str | None = None,
    last_seen: str | None = None,
    source: str | None = None,
) -> list[Triple]:
    """Record an old id: `targets` are paths of entries; without one the id is withdrawn and needs a reason.

    With one target and no reason it is an alias: another name for the same thing. `source` is as the history writes it,
    `nnll@215b41b545:path/in/repository`.
    """
    iri = Iri(f"{DEFAULT_BASE}ledger/{escape(old)}")
    paths = sorted(set(targets))
    state = "withdrawn" if not paths else "alias" if len(paths) == 1 and reason is None else "replaced"
    result: list[Triple] = [
        (iri, Iri(RDF_TYPE), Iri(MIR.LedgerRecord)),
        (iri, Iri(SKOS.notation), Literal(old)),
        (iri, Iri(MIR.state), Iri(f"{DEFAULT_BASE}vocab/state/{state}")),
    ]
    result += [(iri, Iri(DCTERMS.isReplacedBy), Iri(DEFAULT_BASE + path)) for path in paths]
    because = reason or (_SPLIT if state == "replaced" else None)
    if because:
        result.append((iri, Iri(MIR.reason), text(because, "en")))
    for predicate, day in ((MIR.firstSeen, first_seen), (MIR.lastSeen, last_seen)):
        if day:
            result.append((iri, Iri(predicate), Literal(day, XSD.date)))
    match = _SOURCE.fullmatch(source or "")
    if match:
        address = f"https://github.com/darkshapes/{match['project']}/blob/{match['commit']}/{match['path']}"
        result.append((iri, Iri(DCTERMS.source), Iri(address)))
    return result


def escape(old: str) -> str:
    """Write an old id as one segment of a path that every file system keeps; injective.

    >>> escape("info.vit.Llama-3:*")
    'info.vit.~4clama-3~3a~2a'
    """
    return "".join(chr(byte) if byte in _KEPT else f"~{byte:02x}" for byte in old.encode())

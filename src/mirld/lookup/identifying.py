"""What a weights file is, from its header: every signature that holds is given, none is preferred.

1. The state dict is taken apart by prefixes; each component is held against the signatures that one of its names finds.
2. A signature that refines another takes its place; a kind alone gives way to a model of that kind. What is unknown
   never counts as a match.
3. Entries that share a layout are all candidates, and what would settle it is said.
4. Digests that the registry knows raise the level; metadata and names of files are hints and prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from mirld.ids import MirId
from mirld.lookup.adapted import adapted
from mirld.lookup.adapter_facts import adapter_facts
from mirld.lookup.identification import LEVELS, Claim, Ground, Identification, Identified, Near
from mirld.registry.index import Index, Name
from mirld.registry.signature_rows import Signatures
from mirld.registry.signatures import KINDS, LayoutSignature
from mirld.registry.tables import Kind
from mirld.weights.components import Part, parts
from mirld.weights.fingerprint import published_digests
from mirld.weights.header import Header, Tensors
from mirld.weights.precision import Precision, precision
from mirld.weights.signature import Evidence, Signature, Truth, noted, prove

JOINED = frozenset(("vae", "text-encoder", "clip", "clip-vision", "llm"))
HINTS = (
    "modelspec.architecture",
    "modelspec.title",
    "ss_base_model_version",
    "ss_sd_model_name",
    "general.name",
    "general.basename",
    "base_model",
    "sd_checkpoint_name",
)
NEAREST = 3


class Identifier:
    """Signatures of an index, ready for any number of headers."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.signatures = Signatures(index)
        self._claims: dict[str, Claim | None] = {}
        self._parsed: dict[str, Signature] = {}

    def identify(
        self, header: Header, *, digests: bool = True, file_digests: Mapping[str, str] | None = None
    ) -> Identification:
        """Say what a header is of; `digests` also looks layout digests up, `file_digests` those of the whole file."""
        if header.components and not header.tensors:
            return self._folder(header, digests=digests)
        packing = precision(header)
        near: list[Near] = []
        found = self._adapter(header)
        if not found:
            found, near = self._components(header, packing)
        if not found:
            found = self._declared(header)
        answer = _answer(header, found)
        answer = replace(answer, precision=packing.main, packing=packing.method, nearest=() if found else tuple(near))
        known = {**(published_digests(header) if digests else {}), **(file_digests or {})}
        return self._with_digests(answer, known) if known else answer

    def _adapter(self, header: Header) -> list[Identified]:
        """Say what a file that is an adapter for the most part changes, and may be used with; else nothing."""
        facts = adapter_facts(self._index, header)
        if facts is None:
            return []
        claims, nearest = self.claims_of(facts.bases.networks), self.claims_of(facts.bases.nearest)
        return [adapted(facts, claims, nearest)]

    # Signatures.

    def _components(self, header: Header, packing: Precision) -> tuple[list[Identified], list[Near]]:
        tensors, packed = _unpacked(header.tensors, packing.packed)
        true: list[_True] = []
        near: list[Near] = []
        for part in parts(tensors):
            for signature, evidence, truth in self._proved(part, tensors, packed, header.metadata):
                if truth is Truth.YES:
                    true.append(_True(part.prefix, signature, evidence))
                else:
                    near.append(_near(signature, evidence))
        found = [self._identified(each.signature, each.prefix, each.evidence) for each in _narrowest(true)]
        found.sort(key=_rank)
        near = [each for each in near if 2 * each.met >= each.conditions]
        near.sort(key=lambda each: (-each.met / each.conditions, -each.met, each.label))
        return found, near[:NEAREST]

    def _proved(
        self, part: Part, tensors: Tensors, packed: frozenset[str], metadata: Mapping[str, object]
    ) -> list[tuple[LayoutSignature, tuple[Evidence, ...], Truth]]:
        by_anchor = self.signatures.anchors
        numbers = {n for name in part.names if name in by_anchor for n in by_anchor[name]}
        if not part.prefix and "general.architecture" in metadata:
            numbers.update(by_anchor.get(noted("general.architecture", metadata["general.architecture"]), ()))
        found = []
        for signature in self.signatures.of(sorted(numbers)):
            if signature.iri not in self._parsed:
                self._parsed[signature.iri] = signature.parsed()
            match = prove(self._parsed[signature.iri], part.prefix, tensors, packed, metadata)
            found.append((signature, match.evidence, match.truth))
        return found

    def _identified(self, signature: LayoutSignature, prefix: str, evidence: tuple[Evidence, ...]) -> Identified:
        claims = self.claims_of(signature.identifies)
        return Identified(
            prefix=prefix,
            kind=signature.kind,
            label=signature.label,
            level=_level(claims),
            layout=signature.layout,
            signature=signature.iri,
            candidates=claims,
            grounds=tuple(
                Ground(condition=text, found=each.found, sources=signature.sources)
                for text, each in zip(signature.texts, evidence, strict=True)
            ),
            settle=_settle(claims),
        )

    def claims_of(self, iris: Iterable[str]) -> tuple[Claim, ...]:
        """Return the entries of some IRIs, those that are there."""
        return tuple(claim for iri in iris if (claim := self._claim(iri)) is not None)

    def _claim(self, iri: str) -> Claim | None:
        if iri not in self._claims:
            text = self._index.id_at(iri)
            found = self._index.named_keys([(Kind.ID, text)])[Kind.ID, text] if text else []
            self._claims[iri] = self._claim_of(found[0].name) if found else None
        return self._claims[iri]

    def _claim_of(self, name: Name) -> Claim:
        parsed = MirId.parse(name.id)
        series = str(parsed.series_id) if parsed.domain == "model" else name.id
        return Claim(id=name.id, iri=self._index.iri_of(name.id), label=name.label, series=series)

    # What a file declares, where that is an authority.

    def _declared(self, header: Header) -> list[Identified]:
        """Read the architecture of GGUF, or the model type of a configuration, by the names that series have there."""
        stated = header.metadata.get("general.architecture") if header.format == "gguf" else None
        scheme, field = ("gguf", "general.architecture") if stated else ("transformers", "model_type")
        stated = stated or header.config.get("model_type")
        if not isinstance(stated, str):
            return []
        named = self._index.named(self._index.keys(Kind.ALIAS, f"{scheme}:{stated}".lower()))
        claims = tuple(self._claim_of(each.name) for each in named if each.name.id.startswith("mir:info."))
        if not claims:
            return []
        return [
            Identified(
                prefix="",
                kind="llm",
                label=claims[0].label,
                level="series" if len(claims) == 1 else "architecture",
                layout=scheme,
                signature=f"{scheme}:{stated}",
                candidates=claims,
                grounds=(Ground(condition=f"@{field} = {stated}", found=stated),),
                settle=_settle(claims),
            )
        ]

    def _folder(self, header: Header, *, digests: bool) -> Identification:
        """Identify each part of a pipeline by its own header."""
        found: list[Identified] = []
        for component in header.components:
            if component.header is None or component.name in ("safety_checker",):
                continue
            one = self.identify(replace(component.header, config=component.config), digests=digests)
            found += [replace(each, prefix=f"{component.name}/{each.prefix}") for each in one.components]
        found.sort(key=_rank)
        return _answer(header, found)

    # Digests.

    def _with_digests(self, answer: Identification, digests: Mapping[str, str]) -> Identification:
        """Raise the level by digests that the registry knows; one of a layout narrows nothing that shares it."""
        answer = replace(answer, digests=dict(digests))
        for kind, level in (("sha256", LEVELS[0]), ("layer256", LEVELS[2]), ("layoutMd5", LEVELS[2])):
            digest = digests.get(kind)
            named = self._index.named(self._index.keys(Kind.DIGEST, digest)) if digest else []
            claims = {each.name.id: self._claim_of(each.name) for each in named}
            if not claims:
                continue
            ground = Ground(condition=f"{kind} {digest}", found=f"known of {', '.join(sorted(claims))}")
            first = answer.components[0] if answer.components else None
            if level == LEVELS[0]:
                kind_of_it = first.kind if first else "unknown"
                exact = _of_digest(kind_of_it, level, tuple(claims.values()), ground, first)
                rest = answer.components[1:]
                return replace(answer, level=level, components=(exact, *rest), nearest=())
            if first is None:
                continue
            agrees = {claim.series for claim in first.candidates} & {claim.series for claim in claims.values()}
            if agrees:
                raised = replace(first, level=level, grounds=(*first.grounds, ground))
                return replace(answer, level=level, components=(raised, *answer.components[1:]))
        return answer


class _True(NamedTuple):
    """A signature that holds of the component below a prefix."""

    prefix: str
    signature: LayoutSignature
    evidence: tuple[Evidence, ...]


def _answer(header: Header, found: Sequence[Identified]) -> Identification:
    """Give the answer for a header whose components are found, the main one first; of its precision nothing is said."""
    return Identification(
        file=header.file,
        format=header.format,
        size=header.size,
        kind=_kind(found),
        level=found[0].level if found else "unknown",
        components=tuple(found),
        precision=None,
        packing=None,
        hints=tuple(_hints(header)),
        notes=header.notes,
    )


def _narrowest(true: Sequence[_True]) -> list[_True]:
    """Leave out what another refines, and a kind alone where another says which model of that kind it is.

    A signature of a whole file may refine that of a component in it.
    """
    refined = {(each.prefix, each.signature.refines) for each in true}
    named = {(each.prefix, each.signature.kind) for each in true if each.signature.identifies}
    return [
        each
        for each in true
        if not {(each.prefix, each.signature.iri), ("", each.signature.iri)} & refined
        and (each.signature.identifies or (each.prefix, each.signature.kind) not in named)
    ]


def _near(signature: LayoutSignature, evidence: tuple[Evidence, ...]) -> Near:
    lacking = next(
        f"{text}: {each.found}"
        for text, each in zip(signature.texts, evidence, strict=True)
        if each.truth is not Truth.YES
    )
    met = sum(each.truth is Truth.YES for each in evidence)
    return Near(label=signature.label, met=met, conditions=len(evidence), lacking=lacking)


def _unpacked(tensors: Tensors, packed: frozenset[str]) -> tuple[Tensors, frozenset[str]]:
    """Give packed weights the names that they have unpacked, with shapes unknown: `qweight` is a `weight`."""
    ends = [name for name in tensors.names if name.endswith(".qweight")]
    if not ends:
        return tensors, packed
    rows = list(tensors.rows())
    known = set(tensors.names)
    for name in ends:
        weight = f"{name[:-7]}weight"
        if weight not in known:
            rows.append(tensors[name]._replace(name=weight, shape=None))
    return Tensors.of_rows(rows), packed


def _of_digest(
    kind: str, level: str, claims: tuple[Claim, ...], ground: Ground, first: Identified | None
) -> Identified:
    return Identified(
        prefix=first.prefix if first else "",
        kind=kind,
        label=claims[0].label,
        level=level,
        layout=first.layout if first else None,
        signature=first.signature if first else "digest",
        candidates=claims,
        grounds=(ground, *(first.grounds if first else ())),
        settle=None,
        adapter=first.adapter if first else None,
    )


def _kind(found: Sequence[Identified]) -> str:
    kinds = {each.kind for each in found}
    if not kinds:
        return "unknown"
    return "checkpoint" if "diffusion" in kinds and kinds & JOINED else found[0].kind


def _rank(found: Identified) -> tuple[bool, int, str, str]:
    """Order what is a network first, then what some model is known for, then kinds, prefixes and signatures."""
    is_kind_alone = not found.candidates and found.kind != KINDS[0]
    return (
        is_kind_alone,
        KINDS.index(found.kind) if found.kind in KINDS else len(KINDS),
        found.prefix,
        found.signature,
    )


def _level(claims: tuple[Claim, ...]) -> str:
    if not claims:
        return "kind"
    if len({claim.series for claim in claims}) > 1:
        return "architecture"
    return "series" if len(claims) > 1 or claims[0].id == claims[0].series else "release family"


def _settle(claims: tuple[Claim, ...]) -> str | None:
    if len(claims) < 2:
        return None
    return f"the header alone cannot tell these {len(claims)} apart: --hash reads the file and looks its digest up"


def _hints(header: Header) -> list[str]:
    return [
        f"{field} says {value}"
        for field in HINTS
        if isinstance(value := header.metadata.get(field), str) and value.strip()
    ]

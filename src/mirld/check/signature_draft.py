"""A signature proposed from the header of a file, with its case, as one Turtle file.

Which conditions are asked is told by every case of the registry, and proved on all of them; which signature it narrows,
by those that hold already. What nobody but its author can know is named in `missing`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mirld.check.proofs import ancestors, gives_way, lacks
from mirld.errors import InputError, UsageError
from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from mirld.graph.terms import Iri, Triple, literal, text
from mirld.graph.turtle import write_turtle
from mirld.ids import MirId
from mirld.lookup.discriminating import tell
from mirld.registry.layout_cases import LayoutCase, read_layout_cases
from mirld.registry.signatures import LayoutSignature, stated_signatures
from mirld.vocab import DCTERMS, DEFAULT_BASE, MIR, PROV, RDF_TYPE, RDFS_LABEL, SKOS
from mirld.weights.components import PREFIXES
from mirld.weights.header import Header
from mirld.weights.layout_text import Layout, read_layout, write_layout
from mirld.weights.precision import precision
from mirld.weights.signature import Index, Truth

# What these stand before are names of the network itself, not of something that a file joins with others.
_OWN = frozenset(("encoder.", "bert.", "roberta.", "gpt_neox."))
_NUMBER = re.compile(r"\d+")
_SLUG = re.compile(r"[^a-z0-9._-]+")
_LIKE = 0.2
_AUTHORITIES = ("general.architecture",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """The signatures of a registry and their cases, by IRI."""

    signatures: Mapping[str, LayoutSignature]
    cases: Mapping[str, LayoutCase]

    @classmethod
    def read(cls, corpus: Corpus) -> Proved:
        """Read the files of a corpus that speak of signatures or list tensors, and no others."""
        speaking = [
            file for file in corpus.files if any(word in file.read() for word in (b":Signature", b"OfContents"))
        ]
        dataset = load(replace(corpus, files=tuple(speaking)))
        signatures = {each.iri: each for each in stated_signatures(dataset)}
        return cls(signatures=signatures, cases={each.iri: each for each in read_layout_cases(dataset)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the author of a signature says; None for what is to be guessed, or left to be filled in."""

    id: MirId | None = None
    name: str | None = None
    label: str | None = None
    kind: str | None = None
    source: str | None = None
    prefix: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A signature that does not exist yet; `turtle` has it and its case, `missing` what is to be filled in.

    `same` are the cases that have the same names and shapes: then no condition can tell it apart, and `turtle` is "".
    """

    name: str
    conditions: tuple[str, ...]
    refines: str | None
    same: tuple[LayoutCase, ...]
    told_from: int
    turtle: str
    missing: tuple[str, ...]


def draft(header: Header, known: Proved, wishes: Wishes) -> Draft:
    """Propose a signature for the model in a file, or one of its components.

    Raises UsageError for a prefix that no name has, InputError for a file without tensors or with names that no line
    of a layout can hold.
    """
    layout = _component(header, wishes.prefix)
    cases = sorted(known.cases.values(), key=lambda each: each.iri)
    told = tell(layout, [read_layout(case.lines) for case in cases])
    same = tuple(cases[number] for number in told.same)
    holding = _holding(layout, known)
    narrowest = sorted(holding - {above for iri in holding for above in ancestors(iri, known.signatures)})
    # One that tells a kind alone gives way to the draft, and knows its kind.
    of_kinds = [known.signatures[iri] for iri in narrowest if not known.signatures[iri].identifies]
    wider = [iri for iri in narrowest if known.signatures[iri].identifies]
    like = next(iter(of_kinds), None) or _nearest(layout, known)
    name = wishes.name or _name(header, wishes.id)
    label = wishes.label or (wishes.id.compatibility if wishes.id and wishes.id.compatibility else name)
    missing = tuple(_missing(wishes, like, [known.signatures[iri] for iri in wider]))
    signature, case = Iri(f"{DEFAULT_BASE}identify#{name}"), Iri(f"{DEFAULT_BASE}cases/{name}")
    if not same and (signature in known.signatures or case in known.cases):
        raise UsageError(f"there is a signature or a case of this name: {name}", hint="choose another: --name NAME")
    triples: list[Triple] = [
        (signature, Iri(RDF_TYPE), Iri(MIR.Signature)),
        (signature, Iri(RDFS_LABEL), text(label, "en")),
        (signature, Iri(MIR.role), literal(wishes.kind or (like.kind if like else "diffusion"))),
        *((signature, Iri(MIR.requires), literal(condition)) for condition in told.conditions),
        (case, Iri(RDF_TYPE), Iri(MIR.Layout)),
        (case, Iri(RDFS_LABEL), text(label, "en")),
        (case, Iri(DCTERMS.conformsTo), signature),
        (case, Iri(MIR.confidence), Iri(f"{DEFAULT_BASE}vocab/confidence/derived")),
        *((case, Iri(DCTERMS.tableOfContents), literal(line)) for line in _lines(layout, header)),
    ]
    if like is not None and like.layout:
        triples.append((signature, Iri(SKOS.notation), literal(like.layout)))
    if wishes.id is not None:
        triples.append((signature, Iri(MIR.networkOf), Iri(wishes.id.iri(DEFAULT_BASE))))
    if len(wider) == 1:
        triples.append((signature, Iri(PROV.specializationOf), Iri(wider[0])))
    if wishes.source is not None:
        triples += [(each, Iri(DCTERMS.source), Iri(wishes.source)) for each in (signature, case)]
    return Draft(
        name=name,
        conditions=told.conditions,
        refines=wider[0] if len(wider) == 1 else None,
        same=same,
        told_from=len(cases) - len(same),
        turtle="" if same else write_turtle(triples, DEFAULT_BASE),
        missing=missing,
    )


def _component(header: Header, prefix: str | None) -> Layout:
    """Take the tensors below a prefix, without it; where none is given, below what wraps half of them or more."""
    packed = precision(header).packed
    names = header.tensors.names
    if prefix is None:
        around = [
            each for each in PREFIXES if each not in _OWN and 2 * sum(n.startswith(each) for n in names) > len(names)
        ]
        prefix = max(around, key=len, default="")
    shapes = {
        name[len(prefix) :]: None if name in packed else shape
        for name, shape in zip(names, header.tensors.shapes, strict=True)
        if name.startswith(prefix)
    }
    if not shapes and prefix:
        raise UsageError(f"no tensor has this prefix: {prefix}", hint="mirld identify shows the prefixes of a file")
    if not shapes:
        raise InputError("there is no tensor in it, so nothing to know it by", file=header.file)
    stated = {field: str(header.metadata[field]) for field in _AUTHORITIES if field in header.metadata}
    return Layout(shapes, {} if prefix else stated)


def _lines(layout: Layout, header: Header) -> tuple[str, ...]:
    try:
        return write_layout(layout.shapes, layout.metadata)
    except ValueError as error:
        raise InputError(f"no signature can be drafted: {error}", file=header.file) from error


def _holding(layout: Layout, known: Proved) -> set[str]:
    index = Index([each.parsed() for each in known.signatures.values()])
    found = index.matches(layout.tensors(), metadata=layout.metadata)
    return {match.signature.identifies for match in found if match.truth is Truth.YES and not match.prefix}


def _nearest(layout: Layout, known: Proved) -> LayoutSignature | None:
    """Return a signature of the case whose names are most like those of a layout; None when none is like them."""
    forms = {_NUMBER.sub("#", name) for name in layout.shapes}
    best, nearest = _LIKE, None
    for case in sorted(known.cases.values(), key=lambda each: each.iri):
        theirs = {_NUMBER.sub("#", name) for name in read_layout(case.lines).shapes}
        likeness = len(forms & theirs) / len(forms | theirs)
        conforms = [known.signatures[iri] for iri in case.conforms if iri in known.signatures]
        if likeness > best and conforms:
            best, nearest = likeness, conforms[0]
    return nearest


def _name(header: Header, mir_id: MirId | None) -> str:
    if mir_id is not None:
        given = "-".join(part for part in (mir_id.series, mir_id.compatibility) if part)
    else:
        given = header.file.replace("\\", "/").rstrip("/").rpartition("/")[2].partition(".safetensors")[0]
    return _SLUG.sub("-", given.lower()).strip("-.") or "unnamed"


def _missing(wishes: Wishes, like: LayoutSignature | None, wider: Sequence[LayoutSignature]) -> Iterator[str]:
    if wishes.id is None:
        yield "fill in mir:networkOf of the signature: the entries with this layout (--id; mirld new writes an entry)"
    if wishes.source is None:
        yield "fill in dcterms:source of both: the page or file that names and shapes were found in (--source)"
    if wishes.kind is None:
        why = f"that of {like.name}, whose names these are or are most like" if like else "a guess"
        yield f"look at mir:role of the signature, which is {why} (--kind)"
    if len(wider) == 1:
        yield (
            f"look at {wider[0].name}, which holds of it as well, and the draft says that it is a case of that: if it "
            f"is none, take prov:specializationOf out, and give {wider[0].name} a condition that is not met here"
        )
    elif wider:
        names = ", ".join(each.name for each in wider)
        yield f"look at {names}, which all hold of it: give them a condition that is not met here, or an order"


def nearest_negative(signature: LayoutSignature, known: Proved) -> tuple[LayoutCase, list[str]] | None:
    """Return the case that fewest conditions are not met by, of those that are none of a signature; and what is not.

    It may hold of cases of what it gives way to, which are none of its negatives either.
    """
    own = {
        each.iri
        for each in known.signatures.values()
        if each == signature or signature.iri in ancestors(each.iri, known.signatures) or gives_way(signature, each)
    }
    others = [case for _, case in sorted(known.cases.items()) if own.isdisjoint(case.conforms)]
    return min(((case, lacks(signature, case)) for case in others), key=lambda each: len(each[1]), default=None)

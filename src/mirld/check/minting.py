"""An entry of one's own for a file that nobody knows: what its header shows, and nothing besides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePath

from mirld.errors import InputError, OutputError
from mirld.graph.terms import Iri, Literal, Triple, literal, text
from mirld.graph.turtle import write_turtle
from mirld.ids import MirId
from mirld.lookup.identification import Identification
from mirld.vocab import DCAT, DCTERMS, DEFAULT_BASE, MIR, RDF_TYPE, RDFS_LABEL, XSD
from mirld.weights.fingerprint import digests
from mirld.weights.header import Header

# Kinds that an architecture of the registry is named after, or that all have one; any other is still to be told.
_ARCHITECTURES: Mapping[str, str] = {
    "controlnet": "controlnet",
    "ip-adapter": "ip-adapter",
    "llm": "art",
    "lora": "lora",
    "t2i-adapter": "t2i-adapter",
    "textual-inversion": "textual-inversion",
    "vae": "vae",
}
_UNTOLD = "unclassified"
_FORMATS: Mapping[str, str] = {
    "gguf": "gguf",
    "onnx": "onnx",
    "pytorch-legacy": "pickle",
    "pytorch-zip": "pickle",
    "safetensors": "safetensors",
    "sharded-safetensors": "sharded-safetensors",
    "diffusers-folder": "diffusers-folder",
}
_ENDINGS = re.compile(r"(\.(safetensors|sft|gguf|ckpt|pt|pth|bin|onnx|index\.json))+$", re.IGNORECASE)
_NO_TOKEN = re.compile(r"[^a-z0-9._-]+")


def refuse_known(answer: Identification) -> None:
    """Raise InputError for a file whose layout or digest is of an entry; what an adapter fits is not the adapter."""
    first = answer.components[0] if answer.components else None
    exact = answer.level in ("exact file", "exact weights")
    if first is None or not answer.candidates or (first.adapter is not None and not exact):
        return
    ids = ", ".join(claim.id for claim in answer.candidates)
    what = "it is known" if exact else "its layout is known"
    raise InputError(
        f"{what}: {ids}",
        file=answer.file,
        hint=None if exact else "a fine-tune has the layout of its base: mirld new mir:dev.… writes an entry for one",
    )


def minted_id(answer: Identification) -> MirId:
    """Choose an id in dev: the architecture when the kind tells it, and the name of the file."""
    stem = _ENDINGS.sub("", PurePath(answer.file.replace("\\", "/")).name).lower()
    token = _NO_TOKEN.sub("-", stem).strip("._-")
    return MirId("dev", _ARCHITECTURES.get(answer.kind, _UNTOLD), token or "unnamed")


def mint(header: Header, answer: Identification, is_concept: Callable[[str], bool]) -> str:
    """Write an entry as a Turtle file; `is_concept` says whether a path such as vocab/precision/bf16 is one."""
    return write_turtle(_triples(header, answer, is_concept), DEFAULT_BASE)


def _triples(header: Header, answer: Identification, is_concept: Callable[[str], bool]) -> Iterator[Triple]:
    entry = Iri(minted_id(answer).iri(DEFAULT_BASE))
    name = PurePath(answer.file.replace("\\", "/")).name
    label = text(_ENDINGS.sub("", name) or name, "en")
    series = Iri(minted_id(answer).series_id.iri(DEFAULT_BASE))
    yield series, Iri(RDF_TYPE), Iri(MIR.Info)
    yield series, Iri(RDFS_LABEL), label
    yield entry, Iri(RDF_TYPE), Iri(MIR.Development)
    yield entry, Iri(RDFS_LABEL), label
    yield entry, Iri(DCTERMS.description), text(_description(answer), "en")
    file = Iri(f"{entry}#file-{minted_id(answer).series}")
    yield entry, Iri(MIR.file), file
    yield file, Iri(RDF_TYPE), Iri(MIR.File)
    yield file, Iri(MIR.fileName), literal(name)
    if answer.size:
        yield file, Iri(DCAT.byteSize), Literal(str(answer.size), XSD.integer)
    form = _FORMATS.get(answer.format)
    concepts = [(MIR.format, f"vocab/format/{form}")] if form else []
    concepts += [(MIR.precision, f"vocab/precision/{answer.precision}")] if answer.precision else []
    for predicate, path in concepts:
        if is_concept(path):
            yield file, Iri(predicate), Iri(DEFAULT_BASE + path)
    if "sha256" in answer.digests:
        yield file, Iri(MIR.fileSha256), literal(answer.digests["sha256"])
    found = digests(header)
    if found.layout is not None:
        layout = Iri(f"{entry}#layout-{found.layout[:16]}")
        yield entry, Iri(MIR.layout), layout
        yield layout, Iri(RDF_TYPE), Iri(MIR.Layout)
        stated = {
            MIR.layoutFingerprint: found.layout,
            MIR.layoutMd5: found.md5,
            MIR.layer256: found.layer256,
            MIR.layerBlake3: found.layer_b3,
        }
        for predicate, value in stated.items():
            if value is not None:
                yield layout, Iri(predicate), literal(value)


def _description(answer: Identification) -> str:
    """Say in a sentence what the header shows: kind, packing, and what an adapter changes and fits."""
    said = [f"Kind: {answer.kind}"]
    if answer.packing:
        said.append(f"packing: {answer.packing}")
    for component in answer.components:
        if component.adapter is not None:
            said.append(f"method: {component.adapter.kind}")
            said += [f"rank: {', '.join(map(str, component.adapter.ranks))}"] if component.adapter.ranks else []
            said += [f"fits: {', '.join(claim.id for claim in answer.candidates)}"] if answer.candidates else []
    said += [f"near: {near.label}" for near in answer.nearest[:1]]
    return f"{'; '.join(said)}."


def write_minted(folder: Path, mir_id: MirId, turtle: str, *, force: bool) -> Path:
    """Write a minted entry into a folder, named after its series; OutputError when it is there, without `force`."""
    path = folder / f"{mir_id.series}.ttl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("w" if force else "x", encoding="utf-8", newline="\n") as stream:
            stream.write(turtle)
    except FileExistsError as error:
        raise OutputError(
            f"the file is there already: {path}", hint="--force writes over it, --into elsewhere"
        ) from error
    except OSError as error:
        raise OutputError(f"cannot write the file: {(error.strerror or str(error)).lower()}: {path}") from error
    return path

"""Digests: which are sound, whose they are, and what upstream's author noted about each.

`file_256` are digests of files. `layer_256` and `layer_b3` are digests of a header's text, so of a layout, and prove
nothing about the weights in a file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mirld.graph.terms import Iri, literal, text
from mirld.harvest.facts import concept, slug
from mirld.harvest.upstream_mir.claims import Claims
from mirld.harvest.upstream_mir.loaders import mend_parameter
from mirld.harvest.upstream_mir.read import UpstreamEntry
from mirld.vocab import MIR, RDFS

FIELDS: dict[str, str] = {"file_256": MIR.fileSha256, "layer_256": MIR.layer256, "layer_b3": MIR.layerBlake3}
"""Fields of upstream and the kind of digest they hold."""

_HEX = re.compile(r"[0-9a-f]{64}")
_OF_NONE = frozenset(
    {
        hashlib.sha256(b"None").hexdigest(),
        # BLAKE3 of the same four bytes; the standard library has no BLAKE3 to compute it with.
        "b52807536902cabbf84f99e4fa2f8713fb4ef77e739f06367ee0d486e3222faa",
    }
)
# A word of a note, what it says and under which property. The first word that says something of a kind counts.
_NOTES: dict[str, tuple[tuple[str, str], ...]] = {
    "precision": (
        (r"bf16", "bf16"),
        (r"fp16|float16|f16", "f16"),
        (r"fp32|f32\w*", "f32"),
        (r"fp8[ _-]?e4m3fn|fp8e4m", "f8-e4m3fn"),
        (r"q3 ?k\w*|q3k\w*", "q3-k"),
        (r"q4 ?km|q4ks|q4km", "q4-k"),
        (r"q5 k m|q5ks", "q5-k"),
        (r"q6k", "q6-k"),
        (r"q8 0", "q8-0"),
    ),
    "format": (
        (r"gguf\w*|f32gguf|q\d ?k\w*|q8 0", "gguf"),
        (r"onnx", "onnx"),
        (r"ckpt|pth|pt", "pickle"),
        (r"safetensors|st|sft", "safetensors"),
    ),
    "layout": (
        (r"gguf\w*|f32gguf", "gguf"),
        (r"onnx", "onnx"),
        (r"mlx", "mlx"),
        (r"diffusers|diff", "diffusers"),
        (r"sai|original|modelspec|a1111", "original"),
    ),
}


@dataclass(frozen=True, slots=True)
class Digest:
    """One sound digest: field, digits, and the settings upstream hangs on the file it is of."""

    field: str
    value: str
    settings: Mapping[str, object]

    @property
    def key(self) -> str:
        """What names the part that holds it."""
        return self.value[:16]


def claim_digests(claims: Claims, entry: UpstreamEntry, path: str, notes: Mapping[str, str]) -> None:
    """Claim files and layouts, each on the entry it is of."""
    for digest in _sound(claims, entry, path):
        owner = claims.names.digest(digest.value, path)
        subject = claims.entry(owner)
        if digest.field == "file_256":
            part = claims.part(subject, "file", digest.key)
            _file_settings(claims, entry, owner, subject, part, digest)
        else:
            part = claims.part(subject, "layout", digest.key)
        claims.add(part, FIELDS[digest.field], literal(digest.value))
        _note(claims, part, notes.get(digest.value, ""), is_file=digest.field == "file_256")


def owners(claims: Claims, entry: UpstreamEntry, path: str) -> list[str]:
    """Paths of all entries that digests of an upstream entry went to, its own first."""
    found = [path]
    for field in FIELDS:
        for value in entry.fields.get(field) or ():
            owner = claims.names.digest(str(value), path)
            if owner not in found:
                found.append(owner)
    return found


def _sound(claims: Claims, entry: UpstreamEntry, path: str) -> Iterator[Digest]:
    seen: dict[str, str] = {}
    for field in FIELDS:
        listed = entry.fields.get(field) or ()
        settings = listed if isinstance(listed, dict) else {}
        for value in dict.fromkeys(str(item) for item in listed):
            for half in _halves(claims, entry, path, field, value):
                if half in seen:
                    comment = f"It stands under {seen[half]} too and cannot be both; it is kept there, unproven."
                    claims.find(entry.id, field, "layer-digest-equals-other-kind", half, comment, path)
                    continue
                seen[half] = field
                yield Digest(field, half, settings.get(value) or {})


def _halves(claims: Claims, entry: UpstreamEntry, path: str, field: str, value: str) -> list[str]:
    """Return the sound digests in a value: none, one, or two that were glued together."""
    if value == "":
        claims.find(entry.id, field, "empty-digest", value, "The value is empty.", path)
        return []
    if value in _OF_NONE:
        comment = "It is the digest of the word None, which a reader that failed left behind."
        claims.find(entry.id, field, "digest-of-none", value, comment, path)
        return []
    if _HEX.fullmatch(value):
        return [value]
    if len(value) == 128 and _HEX.fullmatch(value[:64]) and _HEX.fullmatch(value[64:]):
        comment = "Two digests were written as one, a comma is missing; both halves are sound and both are kept."
        claims.find(entry.id, field, "glued-digests", value, comment, path)
        return [value[:64], value[64:]]
    comment = f"A digest of this kind has 64 hexadecimal digits, this has {len(value)} characters."
    claims.find(entry.id, field, "malformed-digest", value, comment, path)
    return []


def _file_settings(claims: Claims, entry: UpstreamEntry, path: str, subject: Iri, part: Iri, digest: Digest) -> None:
    for name, value in digest.settings.items():
        right, typed = mend_parameter(claims, entry.id, path, name, value)
        if right is not None:
            claims.setting(subject, right, typed, "call", applies_to=part, file=digest.key)
        if right == "num_inference_steps":
            claims.add(part, MIR.variant, literal(f"{typed}step"))


def _note(claims: Claims, part: Iri, note: str, *, is_file: bool) -> None:
    """Read a note, and keep it: its words say how a file is laid out, and where it was found."""
    words = " ".join(note.replace("#", " ").split()).lower()
    if not words:
        return
    claims.add(part, RDFS.comment, text(f"Note of upstream: {slug(words).replace('-', ' ')}", "en"))
    for kind, readings in _NOTES.items():
        if kind == "format" and not is_file:
            continue
        for pattern, token in readings:
            if re.search(rf"(?<![a-z0-9])(?:{pattern})(?![a-z0-9])", words):
                claims.add(part, MIR["layoutConvention" if kind == "layout" else kind], concept(kind, token))
                break


def report_shared(claims: Claims, entries: list[tuple[UpstreamEntry, str]]) -> None:
    """Report each digest that upstream lists on several entries of ours; it is kept on each."""
    places: dict[tuple[str, str], dict[str, str]] = {}
    for entry, path in entries:
        for field in FIELDS:
            for value in entry.fields.get(field) or ():
                if _HEX.fullmatch(str(value)) and value not in _OF_NONE:
                    places.setdefault((field, value), {})[entry.id] = claims.names.digest(value, path)
    for (field, value), found in sorted(places.items()):
        if len(found) > 1:
            others = sorted(found)
            same = len(set(found.values())) == 1
            comment = f"It stands on {' and '.join(others)}; " + (
                "both are one entry here." if same else "the layouts are equal, it is kept on both."
            )
            claims.find(others[0], field, "shared-digest", value, comment, found[others[0]])

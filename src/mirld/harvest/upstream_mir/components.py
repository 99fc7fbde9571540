"""Components of pipelines: a link to an entry where it is right, else the class that fills the role, else nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mirld.graph.terms import Iri, literal
from mirld.harvest.upstream_mir.claims import Claims
from mirld.harvest.upstream_mir.loaders import Resolve
from mirld.harvest.upstream_mir.read import UpstreamEntry
from mirld.vocab import MIR

Link = tuple[str, ...]
"""An id in two parts, key and compatibility; or in more, when upstream ran several together."""

# Upstream links every class whose name ends in AutoencoderKL… it does not know to this one.
_FALLBACK_VAE = ("info.vae.kl", "audioldm-s-v2")
_FLOW = "scheduler/flowmatcheuler/discrete"
# The tokenizer class of a family of text encoders, as upstream's own tokenizer entries have it.
_TOKENIZERS = (
    (r"(?:UM)?T5", "T5Tokenizer"),
    (r"(?:Context)?CLIP", "CLIPTokenizer"),
    (r"Bert", "BertTokenizer"),
    (r"Llama|Llava", "LlamaTokenizer"),
    (r"Gemma", "GemmaTokenizer"),
    (r"Qwen", "Qwen2Tokenizer"),
    (r"Clap", "RobertaTokenizer"),
)
_CLASS = re.compile(r"[A-Z][A-Za-z0-9_]*")


def claim_components(claims: Claims, entry: UpstreamEntry, path: str, resolve: Resolve) -> None:
    """Claim the components of a pipeline."""
    roles: Mapping[str, Any] = entry.fields.get("pipe_names") or {}
    for role, value in roles.items():
        number = 0
        for item in _items(value):
            found = _link(claims, entry, path, role, item, roles, resolve) if isinstance(item, tuple) else item
            if found is None:
                continue
            if isinstance(item, str) and (not _CLASS.fullmatch(item) or item == "NoneType"):
                claims.find(entry.id, "pipe_names", "unlinked-class", {role: item}, "This is no class.", path)
                continue
            number += 1
            part = claims.part(claims.entry(path), "component", role if number == 1 else f"{role}-{number}")
            claims.add(part, MIR.role, literal(role))
            if isinstance(found, Iri):
                claims.add(part, MIR.entry, found)
            else:
                claims.add(part, MIR.className, literal(found))


def _items(value: Any) -> Iterator[str | Link]:
    """Take the value of a role apart: classes as text, links as tuples."""
    if value and isinstance(value[0], str) and value[0].startswith(("info.", "ops.")):
        yield tuple(str(part) for part in value)
        return
    for item in value:
        yield tuple(str(part) for part in item) if isinstance(item, list) else str(item)


def _link(
    claims: Claims,
    entry: UpstreamEntry,
    path: str,
    role: str,
    link: Link,
    roles: Mapping[str, Any],
    resolve: Resolve,
) -> Iri | str | None:
    """Follow a link: the entry it means, a class in its stead, or None with a finding."""
    value = {role: list(link)}
    right = claims.names.components.get(entry.id) if role == "vae" else None
    if right is not None:
        known = resolve(":".join(link)) if len(link) == 2 else None
        if known == right:
            return claims.entry(right)
        problem = "wrong-component" if known else "dangling-component"
        comment = "The pipeline holds another autoencoder" + (", which is linked." if right else ".")
        claims.find(entry.id, "pipe_names", problem, value, comment, path)
        return claims.entry(right) if right else None
    if role == "vae" and link == _FALLBACK_VAE and not path.startswith("unet/audioldm/"):
        comment = "Every autoencoder that the source does not know is linked to this one; the link is left out."
        claims.find(entry.id, "pipe_names", "wrong-component", value, comment, path)
        return None
    if role.endswith("scheduler") and link == ("ops.scheduler.euler", "discrete") and path.startswith("dit/"):
        comment = "The pipeline takes FlowMatchEulerDiscreteScheduler, whose name was cut; that one is linked."
        claims.find(entry.id, "pipe_names", "wrong-component", value, comment, path)
        return claims.entry(_FLOW)
    if role.endswith("image_encoder"):
        comment = "The link is to a text encoder, and no entry is known to be this encoder of images."
        claims.find(entry.id, "pipe_names", "wrong-component", value, comment, path)
        return None
    found = resolve(":".join(link))
    if found is not None:
        return claims.entry(found)
    stand_in = _tokenizer(role, roles) if "tokenizer" in role else None
    comment = "No entry has this name; " + (
        f"the class {stand_in} is written, which the text encoder beside it takes." if stand_in else "it is left out."
    )
    claims.find(entry.id, "pipe_names", "dangling-component", value, comment, path)
    return stand_in


def _tokenizer(role: str, roles: Mapping[str, Any]) -> str | None:
    """Class of the tokenizer in a role, by the text encoder that has the same number."""
    for encoder in roles.get(role.replace("tokenizer", "text_encoder")) or ():
        for pattern, name in _TOKENIZERS:
            if isinstance(encoder, str) and re.match(pattern, encoder):
                return name
    return None

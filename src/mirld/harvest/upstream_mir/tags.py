"""What the hub's tags say of an entry: task, licence, model it comes from, paper."""

from __future__ import annotations

from collections.abc import Mapping

from mirld.graph.terms import Iri
from mirld.harvest.facts import concept
from mirld.harvest.licences import licence, says_nothing
from mirld.harvest.upstream_mir.claims import ADAPTERS, Claims
from mirld.harvest.upstream_mir.naming import Names, mir_id
from mirld.harvest.upstream_mir.read import Fields
from mirld.vocab import DCTERMS, MIR

# The hub's template of model cards links this paper, on the carbon cost of training.
_CITED_BY_TEMPLATE = "1910.09700"
_RELATIONS = {"finetune": MIR.fineTunedFrom, "merge": MIR.mergedFrom, "quantized": MIR.quantizedFrom}


def claim_tags(
    claims: Claims, upstream_id: str, path: str, mode: Fields, repositories: Mapping[str, str], tasks: frozenset[str]
) -> None:
    """Claim what tags say; `repositories` are paths by lower-case name, `tasks` the tokens of the scheme of tasks."""
    entry = claims.entry(path)
    task = mode.get("pipeline")
    if task in tasks:
        claims.add(entry, MIR.task, concept("task", str(task)))
    elif task:
        claims.find(upstream_id, "pipeline", "unknown-reference", task, "The hub has no such task.", path)
    tags = [str(tag) for tag in mode.get("tags") or ()]
    papers = [tag.removeprefix("arxiv:") for tag in tags if tag.startswith("arxiv:")]
    papers = [paper for paper in papers if paper != _CITED_BY_TEMPLATE]
    if claims.names.papers.get(upstream_id) in papers:
        comment = "The page cites a paper that is about something else."
        claims.find(upstream_id, "tags", "wrong-field", papers, comment, path)
    elif len(papers) == 1:
        claims.add(entry, MIR.paper, Iri(f"https://arxiv.org/abs/{papers[0]}"))
    elif papers:
        comment = "The page cites several papers and does not say which is about the model; none is taken."
        claims.find(upstream_id, "tags", "wrong-field", papers, comment, path)
    for tag in tags:
        if tag.startswith("license:") and not says_nothing(tag.removeprefix("license:")):
            _licence(claims, upstream_id, path, tag.removeprefix("license:"))
        elif tag.startswith("base_model:") and tag.count(":") == 2:
            _base(claims, upstream_id, path, tag, repositories)


def _licence(claims: Claims, upstream_id: str, path: str, tag: str) -> None:
    found = licence(tag)
    if found is None:
        claims.find(upstream_id, "tags", "unknown-reference", tag, "The tag names no licence that is known.", path)
    else:
        claims.add(claims.entry(path), DCTERMS.license, found)


def _base(claims: Claims, upstream_id: str, path: str, tag: str, repositories: Mapping[str, str]) -> None:
    _, relation, name = tag.split(":", 2)
    base = repositories.get(claims.names.current(name).lower())
    if base == path:
        comment = "The page names the model itself, or its own repository under another name, as what it comes from."
        claims.find(upstream_id, "tags", "wrong-repository", tag, comment, path)
    elif base is None:
        comment = "No entry has this repository; the link is left out."
        claims.find(upstream_id, "tags", "unknown-reference", tag, comment, path)
    elif path.split("/")[0] in ADAPTERS:
        if target(path) == "/".join(base.split("/")[:2]) or target(path) == base:
            claims.add(claims.entry(path), MIR.adapterFor, claims.entry(base))
        else:
            comment = "The tag is of a repository that holds files for several models; these are for another."
            claims.find(upstream_id, "tags", "wrong-component", tag, comment, path)
    elif relation in _RELATIONS:
        claims.add(claims.entry(path), _RELATIONS[relation], claims.entry(base))


# What an adapter changes, by the compatibility in its name.
_TARGETS = {
    "flux-1": "dit/flux-1",
    "pixart-alpha": "dit/pixart-alpha",
    "qwen-image": "dit/qwen-image",
    "sana": "dit/sana",
    "segmind-vega": "unet/stable-diffusion-xl/segmind-vega",
    "ssd-1b": "unet/stable-diffusion-xl/ssd-1b",
    "stable-diffusion-1.5": "unet/stable-diffusion-1.5",
    "stable-diffusion-2.1": "unet/stable-diffusion-2.1",
    "stable-diffusion-3": "dit/stable-diffusion-3",
    "stable-diffusion-3.5": "dit/stable-diffusion-3.5",
    "stable-diffusion-xl": "unet/stable-diffusion-xl",
}


def target(path: str) -> str | None:
    """Path of the series or model that an adapter is for."""
    return _TARGETS.get(path.rpartition("/")[2])


def claim_target(claims: Claims, path: str) -> None:
    """Say what an adapter is for, as its name does."""
    found = target(path)
    if path.split("/")[0] in ADAPTERS and path.count("/") == 2 and found:
        claims.add(claims.entry(path), MIR.adapterFor, claims.entry(found))


def repositories_of(paths: Mapping[str, str], table: Names) -> dict[str, str]:
    """Paths by today's lower-case name of a repository."""
    return {table.current(name).lower(): path for name, path in paths.items()} | {
        name: path for name, path in table.repositories.items() if mir_id(path).domain == "model"
    }

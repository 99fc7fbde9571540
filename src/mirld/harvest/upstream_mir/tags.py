"""What the hub's tags say of an entry: task, licence, model it comes from, paper."""

from __future__ import annotations

from collections.abc import Mapping

from mirld.graph.terms import Iri, Triple, text
from mirld.harvest.facts import concept
from mirld.harvest.upstream_mir.claims import ADAPTERS, Claims
from mirld.harvest.upstream_mir.naming import Names, mir_id
from mirld.harvest.upstream_mir.read import Fields
from mirld.vocab import DCTERMS, DEFAULT_BASE, FOAF, MIR, RDF_TYPE, RDFS_LABEL, SPDX_LICENSES

# The hub's licence tags: ids of SPDX, or documents of ours.
_SPDX = {
    "afl-3.0": "AFL-3.0",
    "apache-2.0": "Apache-2.0",
    "bsd-3-clause": "BSD-3-Clause",
    "cc-by-4.0": "CC-BY-4.0",
    "cc-by-nc-4.0": "CC-BY-NC-4.0",
    "cc-by-nc-nd-4.0": "CC-BY-NC-ND-4.0",
    "cc-by-nc-sa-4.0": "CC-BY-NC-SA-4.0",
    "cc-by-sa-4.0": "CC-BY-SA-4.0",
    "mit": "MIT",
}
_DOCUMENTS = {
    "apple-amlr": "apple-amlr",
    "bigcode-openrail-m": "bigcode-openrail-m",
    "bigscience-bloom-rail-1.0": "bigscience-bloom-rail-1.0",
    "creativeml-openrail-m": "creativeml-openrail-m",
    "deepfloyd-if-license": "deepfloyd-if",
    "gemma": "gemma",
    "llama2": "llama2",
    "llama3.2": "llama3.2",
    "openrail": "openrail",
    "openrail++": "creativeml-openrail-plus-plus-m",
}
# Licences that nothing else describes: title and page of the text.
_DESCRIBED = {
    "apple-amlr": (
        "Apple Machine Learning Research Model License",
        "https://huggingface.co/apple/DepthPro/blob/main/LICENSE",
    ),
    "bigcode-openrail-m": ("BigCode OpenRAIL-M v1", "https://www.bigcode-project.org/docs/pages/bigcode-openrail/"),
    "bigscience-bloom-rail-1.0": (
        "BigScience BLOOM RAIL 1.0",
        "https://huggingface.co/spaces/bigscience/license",
    ),
    "deepfloyd-if": (
        "DeepFloyd IF License Agreement",
        "https://huggingface.co/DeepFloyd/IF-I-XL-v1.0/blob/main/LICENSE.md",
    ),
    "llama2": ("Llama 2 Community License", "https://ai.meta.com/llama/license/"),
    "llama3.2": ("Llama 3.2 Community License", "https://www.llama.com/llama3_2/license/"),
}
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
        if tag.startswith("license:"):
            _licence(claims, entry, tag.removeprefix("license:"))
        elif tag.startswith("base_model:") and tag.count(":") == 2:
            _base(claims, upstream_id, path, tag, repositories)


def _licence(claims: Claims, entry: Iri, tag: str) -> None:
    # The tag `other` says that the page has a licence of its own, not which.
    if tag in _SPDX:
        claims.add(entry, DCTERMS.license, Iri(SPDX_LICENSES[_SPDX[tag]]))
    elif tag in _DOCUMENTS:
        claims.add(entry, DCTERMS.license, Iri(f"{DEFAULT_BASE}licence/{_DOCUMENTS[tag]}"))


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


def licences() -> list[Triple]:
    """Describe the licences that only tags of the hub name."""
    result: list[Triple] = []
    for slug, (title, page) in _DESCRIBED.items():
        subject = Iri(f"{DEFAULT_BASE}licence/{slug}")
        result += [
            (subject, Iri(RDF_TYPE), Iri(DCTERMS.LicenseDocument)),
            (subject, Iri(RDFS_LABEL), text(title, "en")),
            (subject, Iri(FOAF.page), Iri(page)),
        ]
    return result


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

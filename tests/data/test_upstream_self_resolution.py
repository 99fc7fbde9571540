"""Everything that upstream ever named leads to the entry it is of: repositories, digests and ids, each one.

The expectations in golden/ were taken from upstream's release of 2025-11-26 and its history, apart from the harvest's
output: `upstream-repositories.tsv` and `upstream-digests.tsv` list what its 746 entries hold, as far as it is
well-formed, `upstream-ids.tsv` its 2,065 ids with what became of each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set
from itertools import combinations
from pathlib import Path

from mirld.lookup import resolve
from mirld.registry import Entry, Index, Registry

GOLDEN = Path(__file__).parent / "golden"
NONE_DIGESTS = {
    "dc937b59892604f5a86ac96936cd7ff09e25f18ae6b758e8014a24c7fa039e91",
    "b52807536902cabbf84f99e4fa2f8713fb4ef77e739f06367ee0d486e3222faa",
}
# Repositories that hold what several entries are: LoRA files per target, quantised files per release, stages.
SEVERAL_RELEASES = {
    "bytedance-research/humo",
    "bytedance/hyper-sd",
    "comfy-org/hidream-i1_comfyui",
    "comfy-org/stable-diffusion-3.5-fp8",
    "kijai/flux-fp8",
    "lightricks/ltx-video",
    "pixart-alpha/pixart-sigma",
    "stabilityai/stable-cascade",
    "stabilityai/sv3d",
    "tencent/hunyuan3d-2",
    "tencent/hunyuan3d-2mini",
    "tencent/hunyuan3d-2mv",
    "tensorart/stable-diffusion-3.5-large-turbox",
    "wangfuyun/pcm_weights",
}


def rows(name: str) -> Iterator[list[str]]:
    for line in (GOLDEN / name).read_text(encoding="utf-8").splitlines():
        yield line.split("\t")


def test_the_expectations_are_whole() -> None:
    """As many repositories, digests and ids as upstream has, so that a lost line is noticed."""
    assert sum(1 for _ in rows("upstream-repositories.tsv")) == 457
    assert Counter(kind for kind, _, _ in rows("upstream-digests.tsv")) == {
        "file_256": 359,
        "layer_256": 237,
        "layer_b3": 247,
    }
    assert sum(1 for _ in rows("upstream-ids.tsv")) == 2065


def test_every_repository_leads_to_its_entries(index: Index) -> None:
    """In the case that upstream wrote and in lower case; upstream's own search got 32 of them wrong."""
    wrong = []
    for name, expected in rows("upstream-repositories.tsv"):
        for text in (name, name.lower()):
            found = resolve(index, text)
            first = {candidate.id for candidate in found.candidates[: max(found.tied, 1)]}
            if not set(expected.split()) <= first:
                wrong.append(f"{text}: {sorted(first)} instead of {expected}")
    assert wrong == []


def test_every_digest_leads_to_its_entry(index: Index) -> None:
    """Files to the release they are of, layouts to the release they are the layout of."""
    wrong = []
    for _, value, expected in rows("upstream-digests.tsv"):
        found = {candidate.id for candidate in resolve(index, value).candidates}
        if not set(expected.split()) <= found:
            wrong.append(f"{value}: {sorted(found)} instead of {expected}")
    assert wrong == []


def test_digests_keep_their_kind(registry: Registry) -> None:
    """A layout's digest is never a file's: each is on a part of the right class, under the right property."""
    properties = {"file_256": "fileSha256", "layer_256": "layer256", "layer_b3": "layerBlake3"}
    held = {(digest.kind, digest.value) for entry in registry for digest, _ in entry.digests}
    kinds: dict[str, set[str]] = {}
    for kind, value, _ in rows("upstream-digests.tsv"):
        kinds.setdefault(value, set()).add(properties[kind])
    for value, possible in kinds.items():
        assert any((kind, value) in held for kind in possible), value


def test_no_digest_of_none_stands_anywhere(registry: Registry) -> None:
    """What a reader that failed left behind is on no entry."""
    assert not {digest.value for entry in registry for digest, _ in entry.digests} & NONE_DIGESTS


def test_every_id_leads_to_what_became_of_it(registry: Registry, index: Index) -> None:
    """Alias, replaced or withdrawn, as decided; and a target is an entry."""
    known = {str(entry.id) for entry in registry}
    wrong = []
    for old, state, *targets in rows("upstream-ids.tsv"):
        expected = targets[0].split() if targets else []
        record = registry.ledger.get(old)
        assert record is not None, f"the ledger lost {old}"
        found = resolve(index, old)
        ids = {candidate.id for candidate in found.candidates}
        if record.state != state or not set(expected) <= known or not set(expected) <= ids or not ids:
            wrong.append(f"{old}: {record.state} {sorted(ids)} instead of {state} {expected}")
        if state == "withdrawn":
            assert record.reason, f"{old} is withdrawn without a reason"
    assert wrong == []


def shared(registry: Registry, sources: Set[str] | None = None) -> dict[str, list[tuple[str, str]]]:
    """Give by repository the pairs of releases, of some sources or of all, that both have it and nothing tells apart.

    Its text encoders and autoencoders may name it too, and whatever else one release is a component of the other;
    so may the works of a collection, each by a file of its own.
    """
    owners: dict[str, list[Entry]] = {}
    for entry in registry:
        stated = sources is None or any(source.iri.rpartition("/")[2] in sources for source in entry.sources)
        if stated and entry.id.architecture not in ("transformer", "vae"):
            for name in {repository.name.lower() for repository in entry.repositories}:
                owners.setdefault(name, []).append(entry)
    found = {
        name: [(str(one.id), str(other.id)) for one, other in combinations(entries, 2) if not told_apart(one, other)]
        for name, entries in owners.items()
    }
    return {name: pairs for name, pairs in found.items() if pairs}


def told_apart(one: Entry, other: Entry) -> bool:
    """Say whether one of two releases is a component of the other, or each has files that the other has not."""
    parts = {part.entry.iri for entry in (one, other) for part in entry.components if part.entry is not None}
    if {one.iri, other.iri} & parts:
        return True
    files, others = ({file.name for file in entry.files if file.name} for entry in (one, other))
    return bool(files) and bool(others) and not files & others


def test_no_repository_is_of_two_releases(registry: Registry) -> None:
    """One repository, one release, of all that upstream names and that is curated."""
    assert shared(registry, {"curated", "upstream-mir"}).keys() <= SEVERAL_RELEASES


def test_hardly_a_repository_is_of_two_releases_that_nothing_tells_apart(registry: Registry) -> None:
    """Of all sources together less than one in a hundred: lists that name one work in two ways meet nowhere else."""
    repositories = {repository.name.lower() for entry in registry for repository in entry.repositories}
    assert 100 * len(shared(registry)) < len(repositories)


def test_meaning_that_upstream_destroyed_is_restored(index: Index) -> None:
    """Where a title was cut to pieces, the name says again what it is."""
    expected = {
        "facebook/m2m100_418M": "mir:model.stst.m2m100:418m",
        "MiniMaxAI/MiniMax-Text-01-hf": "mir:model.moe.minimax-text-01:base",
        "apple/DepthPro": "mir:model.vit.depth-pro:base",
        "albert/albert-xxlarge-v2": "mir:model.aet.albert:xxlarge-v2",
        "Qwen/Qwen3-30B-A3B": "mir:model.moe.qwen3:30b-a3b",
        "Qwen/Qwen3-8B": "mir:model.art.qwen3:8b",
        "google/mobilenet_v1_1.0_224": "mir:model.cnn.mobilenet-v1:1.0-224",
        "meta-llama/Llama-2-7b-hf": "mir:model.art.llama-2:7b",
        "stabilityai/stable-diffusion-3.5-medium": "mir:model.dit.stable-diffusion-3.5:medium",
        "stabilityai/stable-diffusion-3-medium-diffusers": "mir:model.dit.stable-diffusion-3:medium",
        "google-bert/bert-base-uncased": "mir:model.aet.bert:base-uncased",
        "Qwen/Qwen-Image-Edit": "mir:model.dit.qwen-image-edit:base",
    }
    assert {name: resolve(index, name).candidates[0].id for name in expected} == expected


def test_models_that_upstream_named_twice_are_one(registry: Registry) -> None:
    """Six repositories had two names by a conflict of architectures; each is one entry."""
    for name, series in {
        "bert-base-uncased": "aet.bert",
        "Llama-4-Scout-17B-16E": "vit.llama-4",
        "Voxtral-Mini-3B-2507": "stst.voxtral",
        "Qwen2-Audio-7B": "stst.qwen2-audio",
        "blip2-opt-2.7b": "vit.blip2",
        "PowerMoE-3b": "moe.powermoe",
    }.items():
        holders = [entry for entry in registry if any(one.name.endswith("/" + name) for one in entry.repositories)]
        assert [f"{entry.id.architecture}.{entry.id.series}" for entry in holders] == [series]

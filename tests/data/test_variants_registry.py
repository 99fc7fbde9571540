"""Code that names the file of a variant has the settings of that variant: in the carried registry, whoever asks."""

from __future__ import annotations

from functools import cache

import pytest

import mirld
from mirld.lookup.knowledge import Indexed
from mirld.lookup.layers import layered
from mirld.lookup.loading import LoadCode, load_code
from mirld.lookup.program import Constant
from mirld.lookup.repositories import HUB
from mirld.lookup.used import use, use_loader
from mirld.registry.values import Entry


@cache
def registry() -> mirld.Registry:
    return mirld.open()


def with_variants() -> list[Entry]:
    return [each for each in registry() if any(file.variant for file in each.files)]


def named_variants(entry: Entry, code: LoadCode) -> set[str]:
    """Return the variants of the files that a program names."""
    calls = code.program.calls() if code.program is not None else ()
    named = [each.keywords.get("weight_name") or each.keywords.get("filename") for each in calls]
    names = {each.value for each in named if isinstance(each, Constant)}
    return {file.variant for file in entry.files if file.variant and (file.name or "").rpartition("/")[2] in names}


def without_remarks(code: LoadCode) -> str:
    lines = (code.code or "").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("# variant"))


def test_a_variant_whose_file_is_named_has_its_settings() -> None:
    """Asked for by the entry alone, code is that of the variant, and says which and why; so do settings and page."""
    known = Indexed(registry().index)
    seen = 0
    for entry in with_variants():
        found = load_code(known, use(known, entry.id))
        pages = [load_code(known, use_loader(known, entry, each)) for each in entry.loaders]
        named = named_variants(entry, found).union(*(named_variants(entry, each) for each in pages))
        if not named:
            continue
        seen += 1
        assert found.id != str(entry.id), entry.id
        asked = registry().loader(found.id)
        assert without_remarks(found) == asked.code(), entry.id
        assert found.code in {each.code for each in pages}, entry.id
        (note,) = (each for each in found.notes if each.startswith(f"{found.id} is taken: variant "))
        (variant,) = named
        others = {file.variant for file in entry.files if file.variant} - {variant}
        assert all(each in note for each in others if each), (entry.id, note)
        assert f"# variant {variant}, " in (found.code or ""), entry.id
        settings = layered(known, use(known, entry.id))
        assert settings.id == found.id
        assert settings.arguments() == registry().settings(found.id).arguments(), entry.id
    assert seen > 5


@pytest.mark.parametrize(
    ("text", "taken", "steps"),
    [
        ("mir:model.lora.hyper:flux-1", "16step", 16),
        ("mir:model.lora.hyper:stable-diffusion-xl", "12step-cfg", 12),
        ("mir:model.lora.lightning:stable-diffusion-xl", "4step", 4),
        ("mir:model.lora.dmd:stable-diffusion-xl", "4step", 4),
    ],
)
def test_which_variant_is_taken(text: str, taken: str, steps: int) -> None:
    """The one with the steps of the release, else the most steps; and as an adapter of another entry as well."""
    code = registry().loader(text).answer
    assert code.id == f"{text}@{taken.replace('-', '@')}"
    assert code.code is not None
    assert f"num_inference_steps={steps}," in code.code
    base = code.base or ""
    beside = registry().settings(base, used_with=[text])
    assert code.id in beside.used_with
    found = beside.get("num_inference_steps")
    assert found is not None
    assert (found.value, found.layer) == (steps, "adapter")


def test_a_repository_of_several_variants_needs_the_name_of_a_file() -> None:
    """Loading whatever it has first would be another one with these settings; where it holds one, no name is needed."""
    seen = {True: 0, False: 0}
    for entry in with_variants():
        variants = {file.variant for file in entry.files if file.variant}
        named = any(file.name for file in entry.files if file.variant)
        if "Adapter" not in entry.types or named or any(each.call and not each.class_name for each in entry.loaders):
            continue
        seen[len(variants) > 1] += 1
        code = registry().loader(entry.id).answer
        if len(variants) > 1:
            assert (code.unknown or "").startswith("which file of "), (entry.id, code.unknown)
        else:
            assert code.unknown is None, (entry.id, code.unknown)
    assert seen[False]


def test_every_variant_of_an_adapter_is_loaded_from_its_file() -> None:
    """By the name that it has in the repository of the hub that holds it."""
    seen = 0
    for entry in with_variants():
        if "Adapter" not in entry.types or not any(each.host == HUB for each in entry.repositories):
            continue
        for variant in sorted({file.variant for file in entry.files if file.variant and file.name}):
            code = registry().loader(f"{entry.id}@{variant.replace('-', '@')}").answer
            assert named_variants(entry, code) == {variant}, (entry.id, variant, code.unknown)
            seen += 1
    assert seen > 15

"""The real registry finds itself: every name, repository, digest, class and file of it leads back to its entry."""

from __future__ import annotations

import pytest

from mirld.lookup import Resolution, resolve
from mirld.registry import Entry, Index, Registry


def lost(found: Resolution, entry: Entry, registry: Registry) -> str | None:
    """Say what is wrong when an entry is not found first, or tied for the first place; None when all is well.

    It may stand behind a release that it describes or is a component of, and behind nothing else.
    """
    iris = [candidate.iri for candidate in found.candidates]
    if entry.iri not in iris:
        return f"{found.query} gives {iris[:3] or 'nothing'} and not {entry.id}"
    if entry.iri in iris[: found.tied] or entry.id.domain == "info":
        return None
    wholes = [registry.by_iri[iri] for iri in iris[: found.tied]]
    inside = {part.entry.iri for whole in wholes for part in whole.components if part.entry is not None}
    return None if entry.iri in inside else f"{found.query} gives {wholes[0].id} before {entry.id}"


def faults(registry: Registry, index: Index, asked: list[tuple[Entry, str]]) -> list[str]:
    return [words for entry, text in asked if (words := lost(resolve(index, text), entry, registry)) is not None]


def test_every_id_is_its_entry(registry: Registry, index: Index) -> None:
    """Alone: in canonical text, without mir:, as its address and as its path."""
    for entry in registry:
        for text in (str(entry.id), str(entry.id).removeprefix("mir:"), entry.iri, entry.id.path):
            found = resolve(index, text)
            assert (found.candidates[0].iri, found.tied) == (entry.iri, 1), text


def test_every_repository_is_its_entry(registry: Registry, index: Index) -> None:
    """By name in any case, as an address, as a package URL and as an AIR."""
    asked = []
    for entry in registry:
        for found in entry.repositories:
            forms = [found.name, found.name.lower(), found.page, found.purl, found.air]
            if found.host == "huggingface.co":
                forms += [f"https://huggingface.co/{found.name}/tree/main", f"pkg:huggingface/{found.name}"]
            asked += [(entry, text) for text in forms if text]
    assert len(asked) > 100
    assert faults(registry, index, asked) == []


def test_every_folder_of_a_pipeline_is_its_component(registry: Registry, index: Index) -> None:
    """As a path below its repository and as an address, first and with the words that say so."""
    seen = 0
    for entry in registry:
        roles = {part.role: part.entry.iri for part in entry.components if part.entry is not None}
        names = {found.name for found in entry.repositories if found.host == "huggingface.co"}
        for role, iri in roles.items() if "." not in "".join(name.partition("/")[0] for name in names) else ():
            for name in sorted(names):
                for text in (f"{name}/{role}", f"https://huggingface.co/{name}/tree/main/{role}"):
                    found = resolve(index, text)
                    (candidate,) = (each for each in found.candidates if each.iri == iri)
                    words = f"is a component of {entry.label}, in the folder {role} of the repository {name} on "
                    assert any(reason.startswith(words) for reason in candidate.reasons), (text, candidate.reasons)
                    assert found.reading == "repository"
                    seen += 1
    assert seen > 500


def test_a_part_of_a_pipeline_is_named_as_such(registry: Registry, index: Index) -> None:
    """Of every repository that is named for a pipeline and for its encoders or autoencoder."""
    seen = 0
    for entry in registry:
        for part in entry.components:
            inside = registry.by_iri.get(part.entry.iri) if part.entry is not None else None
            if inside is None or inside is entry:
                continue
            for name in sorted(
                {each.name for each in entry.repositories} & {each.name for each in inside.repositories}
            ):
                (candidate,) = (each for each in resolve(index, name).candidates if each.iri == inside.iri)
                said = [each for each in candidate.reasons if each.startswith(f"is a component of {entry.label}: its ")]
                assert said, (name, candidate.reasons)
                assert part.role in said[0]
                seen += 1
    assert seen > 100


def test_every_digest_is_its_entry(registry: Registry, index: Index) -> None:
    """Whole, in capitals, with what tools write before it; and it says which part has it."""
    asked = [(entry, digest.value) for entry in registry for digest, _ in entry.digests]
    assert len(asked) > 100
    assert faults(registry, index, asked) == []
    assert faults(registry, index, [(entry, f"sha256:{value.upper()}") for entry, value in asked]) == []
    for entry in registry:
        for digest, _ in entry.digests:
            (candidate,) = (one for one in resolve(index, digest.value).candidates if one.iri == entry.iri)
            held = {part for found, part in entry.digests if found.value == digest.value}
            assert candidate.part in held, digest


def test_every_class_is_its_entries(registry: Registry, index: Index) -> None:
    """With and without the library before it."""
    asked = [(entry, loader) for entry in registry for loader in entry.loaders if loader.class_name]
    assert len(asked) > 100
    names = [(entry, loader.class_name or "") for entry, loader in asked]
    full = [(entry, f"{loader.library}.{(loader.class_name or '').rpartition('.')[2]}") for entry, loader in asked]
    assert faults(registry, index, names) == []
    assert faults(registry, index, full) == []


def test_every_file_is_its_entry(registry: Registry, index: Index) -> None:
    """By its name, and by the name behind any folder."""
    asked = [(entry, file.name) for entry in registry for file in entry.files if file.name]
    assert faults(registry, index, asked) == []
    assert faults(registry, index, [(entry, f"/models/{name}") for entry, name in asked]) == []


def test_every_variant_leads_to_its_release(registry: Registry, index: Index) -> None:
    """And to the file that holds it."""
    for entry in registry:
        for file in entry.files:
            if file.variant and not entry.id.variants:
                found = resolve(index, f"{entry.id}@{file.variant}")
                assert found.candidates[0].iri == entry.iri
                assert found.candidates[0].variant == file.variant


def test_every_old_name_resolves(registry: Registry, index: Index) -> None:
    """To what its record says, as published and in small letters, with and without mir:, and exactly."""
    for record in registry.ledger.values():
        bare = record.text.removeprefix("mir:")
        for text in (record.text, bare, f"mir:{bare}", bare.lower()):
            if not text.strip():
                continue
            found = resolve(index, text)
            assert found.candidates, text
            assert found.candidates[0].level == "exact", text
            if text == record.text:
                iris = {candidate.iri for candidate in found.candidates[: found.tied]}
                assert set(record.targets) <= iris or record.iri in iris, text
                assert all(
                    candidate.state in ("current", "alias", "replaced", "withdrawn") for candidate in found.candidates
                )


def test_every_target_of_the_ledger_is_an_entry(registry: Registry) -> None:
    """A redirect into nothing is a lost name."""
    dangling = [
        (record.text, target)
        for record in registry.ledger.values()
        for target in record.targets
        if target not in registry.by_iri
    ]
    assert dangling == []


def test_every_label_is_found_by_words(registry: Registry, index: Index) -> None:
    """An entry whose label is written out is among the first ten, or tied with more than that."""
    missing = []
    for entry in registry:
        found = resolve(index, entry.label)
        if entry.iri not in {candidate.iri for candidate in found.candidates} and found.tied <= len(found.candidates):
            missing.append((entry.label, str(entry.id)))
    assert missing == []


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("sdxl turbo", "mir:model.unet.stable-diffusion-xl:turbo"),
        ("stable difusion xl", "mir:info.unet.stable-diffusion-xl"),
        ("clip-l", "mir:info.transformer.clip-l"),
        ("hyper flux 8 steps", "mir:model.lora.hyper:flux-1"),
        ("euler discrete scheduler", "mir:operations.scheduler.euler:discrete"),
    ],
)
def test_words_that_people_write_find_what_they_mean(index: Index, text: str, best: str) -> None:
    """First."""
    assert resolve(index, text).candidates[0].id == best

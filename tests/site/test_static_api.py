"""The files below api/v1/ are valid, whole, and say what the commands say."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from tests.site.static_api import KNOWN_SCHEMAS, ROOT, SCHEMAS, StaticApi, filled

from mirld.lookup.compatibility_kinds import PRECISION, RELEASE
from mirld.lookup.compatibility_sets import fitting
from mirld.lookup.compatibility_statements import Knowledge
from mirld.lookup.knowledge import Indexed
from mirld.lookup.layers import layered
from mirld.lookup.loading import load_code
from mirld.lookup.resolving import resolve
from mirld.lookup.used import use
from mirld.registry import Index, forms
from mirld.registry.place import open_index
from mirld.site.api_identify import WHOLE
from mirld.site.api_shards import MOST, name_key

SEED = 20_251_128


@pytest.fixture(scope="module")
def api(built: Path) -> StaticApi:
    return StaticApi(built)


@pytest.fixture(scope="module")
def asked() -> Iterator[Index]:
    with open_index(ROOT) as index:
        yield index


def drawn(found: Any, count: int) -> list[Any]:
    whole = sorted(found, key=str)
    return random.Random(SEED).sample(whole, min(count, len(whole)))  # noqa: S311 - a draw that repeats


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(SCHEMAS[name], registry=KNOWN_SCHEMAS)


@pytest.mark.parametrize("kind", sorted(MOST))
def test_files_are_valid_by_their_schema(api: StaticApi, kind: str) -> None:
    """Twelve files of each kind, drawn by a seed; the schema is the one that the index names."""
    schema = api.index["kinds"][kind]["schema"].rpartition("/")[2]
    for path in drawn(api.files(kind), 12):
        document = json.loads(path.read_text("utf-8"))
        faults = [error.message[:200] for error in validator(schema).iter_errors(document)]
        assert not faults, f"{path.name}: {faults[:3]}"


def test_the_index_is_valid_and_counts_what_is_there(api: StaticApi) -> None:
    """Every file that the digits name is there and no other, and keys are as many as the index says."""
    validator("api-index.schema.json").validate(api.index)
    for kind, said in api.index["kinds"].items():
        names = [path.stem for path in api.files(kind)]
        assert names == [f"{number:0{said['digits']}x}" for number in range(16 ** said["digits"])]
        assert sum(1 for _ in api.all(kind)) == said["keys"]


def test_a_key_lies_in_the_file_that_it_names(api: StaticApi) -> None:
    """By one file, for every key of every kind."""
    for kind in api.index["kinds"]:
        assert all(api.of(kind, key) == value for key, value in api.all(kind)), kind


def test_files_stay_small(api: StaticApi) -> None:
    """A look-up costs a client less than a picture: at most 128 kB, before it is packed."""
    sizes = {path: path.stat().st_size for kind in api.index["kinds"] for path in api.files(kind)}
    assert max(sizes.values()) < 128_000


def test_the_openapi_document_is_valid(built: Path) -> None:
    """As it is published, and each schema that it names is there."""
    path = built / "api" / "v1" / "openapi.json"
    document = json.loads(path.read_text("utf-8"))
    validate(document, base_uri=path.as_uri())
    named = {found.partition('"')[0] for found in path.read_text("utf-8").split('"../../schema/')[1:]}
    assert named == {path.name for path in (built / "schema").iterdir() if path.name in named}
    assert {f"api-{kind.removesuffix('.json')}.schema.json" for kind in (*MOST, *WHOLE)} < named
    assert all((built / "api" / "v1" / kind).is_dir() for kind in MOST)


def test_the_openapi_document_names_every_path(built: Path) -> None:
    """The files of each kind, and each look-up that a server answers."""
    from mirld.serve import answers

    document = json.loads((built / "api" / "v1" / "openapi.json").read_text("utf-8"))
    files = ("index.json", *WHOLE, *(f"{kind}/{{shard}}.json" for kind in MOST))
    expected = {f"/api/v1/{file}" for file in files}
    assert set(document["paths"]) == expected | set(answers.routes(lambda: pytest.fail("nothing is asked")))


def test_every_entry_is_there_with_what_the_index_says(api: StaticApi, asked: Index) -> None:
    """All ids; of entries drawn by a seed, label, files with digests, loaders, repositories and licences."""
    assert sorted(key for key, _ in api.all("entries")) == sorted(name.id for name in asked.names())
    for name in drawn(asked.names(), 200):
        entry, found = asked.entry(name.id), api.of("entries", name.id)
        assert entry is not None
        assert (found["id"], found["iri"], found["label"]) == (name.id, entry.iri, entry.label)
        assert [(entry.iri + each["part"], each.get("name"), each.get("size")) for each in found.get("files", ())] == [
            (file.iri, file.name, file.size) for file in entry.files
        ]
        assert [
            (digest["kind"], digest["value"], entry.iri + each["part"])
            for each in (*found.get("files", ()), *found.get("layouts", ()))
            for digest in each.get("digests", ())
        ] == [(digest.kind, digest.value, part) for digest, part in entry.digests]
        assert [(each["library"], each.get("class"), each.get("call")) for each in found.get("loaders", ())] == [
            (loader.library, loader.class_name, loader.call) for loader in entry.loaders
        ]
        assert [each["name"] for each in found.get("repositories", ())] == [each.name for each in entry.repositories]
        assert len(found.get("licences", ())) == len(entry.licences)


def test_entries_lead_only_to_entries(api: StaticApi) -> None:
    """Series, releases, components, bases and what adapters are for are ids of the same files."""
    entries = dict(api.all("entries"))
    for found in entries.values():
        linked = [found.get("series"), *found.get("releases", ()), *found.get("adapter_for", ())]
        linked += [each["entry"] for each in found.get("derived_from", ())]
        linked += [each.get("entry") for each in found.get("components", ())]
        assert {each for each in linked if each} <= entries.keys(), found["id"]


def test_names_mean_what_resolve_says(api: StaticApi, asked: Index) -> None:
    """Names drawn by a seed, and of those that several entries have: the same reading and candidates, in order."""
    whole = list(api.all("names"))
    several = [each for each in whole if len(each[1]["candidates"]) > 1 and each[1]["reading"] != "label"]
    for key, found in [*drawn(whole, 1_500), *drawn(several, 300)]:
        if found["reading"] == "label":
            continue
        answer = resolve(asked, _written(key, found))
        exact = [each.as_dict() for each in answer.candidates]
        assert found["reading"] == answer.reading, key
        assert found.get("tied", 1) == answer.tied, key
        expected = [
            (each["id"], each["state"], each["part"] and each["part"].removeprefix(each["iri"]), each["variant"])
            for each in exact
        ]
        said = [
            (each["id"], each.get("state", "current"), each.get("part"), each.get("variant"))
            for each in found["candidates"]
        ]
        assert said == expected, key


def _written(key: str, found: dict[str, Any]) -> str:
    """Write a name as a person does: an id with its scheme, and an old one as it was published."""
    record = found["candidates"][0].get("record")
    if record is not None:
        return str(record["text"])
    return f"mir:{key}" if found["reading"] == "name" else key


def test_labels_are_found(api: StaticApi, asked: Index) -> None:
    """Every label that nothing else has leads to all entries labelled so."""
    for name in drawn(asked.names(), 300):
        found = api.named(name.label)
        assert found["reading"] != "label" or name.id in [each["id"] for each in found["candidates"]]


def test_every_name_of_the_registry_is_found(api: StaticApi, asked: Index) -> None:
    """Every id, repository and alias of every entry, and every name on record: 100 %."""
    for entry in asked.entries():
        mir_id = str(entry.id)
        names = [mir_id, *entry.aliases, *(each.name for each in entry.repositories)]
        names += [each.page for each in entry.repositories if each.page]
        for name in names:
            assert mir_id in [each["id"] for each in api.named(name)["candidates"]], name
    for n in range(int(asked.about()["record"])):
        record = asked.record_of(n)
        assert api.named(record.text) or api.of("names", name_key(forms.folded(record.text))), record.text


def test_every_digest_of_the_registry_is_found(api: StaticApi, asked: Index) -> None:
    """Each with its entry, kind and part; beginnings of eight digits, drawn by a seed, lie in the same file."""
    stated = {
        (digest.value, str(entry.id), digest.kind, part) for entry in asked.entries() for digest, part in entry.digests
    }
    base = {str(entry.id): entry.iri for entry in asked.entries()}
    found = {
        (digits, each["id"], each["kind"], base[each["id"]] + each["part"])
        for digits, hits in api.all("digests")
        for each in hits
    }
    assert found == stated
    digits = api.index["kinds"]["digests"]["digits"]
    for value, *_ in drawn(stated, 50):
        held = json.loads((api.folder / "digests" / f"{value[:digits]}.json").read_text("utf-8"))
        ids = {each["id"] for key, hits in held.items() if key.startswith(value[:8]) for each in hits}
        assert ids == {each.id for each in resolve(asked, value[:8]).candidates}


def test_settings_and_code_are_those_of_the_commands(api: StaticApi, asked: Index) -> None:
    """For each library of entries drawn by a seed, once what is null or empty is put back."""
    known = Indexed(asked)
    names = [*drawn(asked.names(), 150), *drawn((each for each in asked.names() if "dit" in each.id), 60)]
    several = 0
    for name in names:
        found = api.of("run", name.id)
        likeliest = use(known, use(known, name_id(asked, name.id)).entry.id)
        code = load_code(known, likeliest)
        settings = layered(known, likeliest)
        if found is None:
            assert not code.libraries
            assert not settings.values
            continue
        assert found["library"] == code.library
        assert set(found["libraries"]) == {code.library or "", *code.libraries}
        several += len(found["libraries"]) > 1
        for library, answers in found["libraries"].items():
            used = use(known, name_id(asked, name.id), library=library or None)
            said = {"id": name.id, "iri": likeliest.entry.iri, "label": name.label, "library": library or None}
            settings, code = layered(known, used), load_code(known, used)
            if library == (found["library"] or ""):
                settings, code = layered(known, likeliest), load_code(known, likeliest)
            assert ("settings" in answers) == bool(settings.values)
            assert ("load" in answers) == bool(code.libraries)
            if "settings" in answers:
                expected = {**json.loads(json.dumps(settings.as_dict())), "defaults": None}
                whole = SCHEMAS["settings.schema.json"]
                assert filled({**said, **answers["settings"]}, whole, whole) == expected, name.id
            if "load" in answers:
                whole = SCHEMAS["load.schema.json"]
                expected = json.loads(json.dumps(code.as_dict()))
                assert filled({**said, **answers["load"]}, whole, whole) == expected, name.id
    assert several > 5


def test_what_fits_is_what_the_command_lists(api: StaticApi, asked: Index) -> None:
    """Of entries drawn by a seed, and of those that much fits: without what entries say themselves, all of it."""
    known = Knowledge(asked)
    own = {known.kinds[RELEASE].ref, known.kinds[PRECISION].ref}
    full = dict(api.all("fits"))
    for mir_id in [*drawn((name.id for name in asked.names()), 40), *drawn(full, 60)]:
        entry = asked.entry(mir_id)
        assert entry is not None
        expected = {
            kind.iri.rpartition("/")[2]: [
                (fit.one.id, fit.reason, fit.evidence[0].sources) for fit in fits if fit.evidence[0].kind not in own
            ]
            for kind, fits in fitting(known, entry).fits
        }
        said = {
            token: [(each["id"], each["reason"], tuple(each.get("sources", ()))) for each in found]
            for token, found in full.get(mir_id, {}).items()
        }
        assert said == {token: found for token, found in expected.items() if found}, mir_id


def name_id(asked: Index, text: str) -> Any:
    entry = asked.entry(text)
    assert entry is not None
    return entry.id

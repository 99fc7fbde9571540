"""OpenModelDB: a file for each model, with the digest of each of its files; for overlays only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.harvest.conformity import harvest_checked
from tests.harvest.packages import make_repository

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.terms import Iri, Literal, literal
from mirld.harvest.facts import concept
from mirld.harvest.items import Harvest, Item, Link, Part
from mirld.harvest.known import Known
from mirld.harvest.package import Package
from mirld.harvest.sources import source
from mirld.vocab import DCAT, DCTERMS, MIR, XSD

SOURCE = source("openmodeldb")
NETWORKS = {
    "esrgan": {"name": "ESRGAN", "input": "image"},
    "esrgan+": {"name": "ESRGAN+", "input": "image"},
    "dat": {"name": "DAT", "input": "image"},
    "tscunet": {"name": "TSCUNet", "input": "video"},
    "ludvae": {"name": "LUD-VAE", "input": "image"},
}


def model(network: str, *resources: object, **more: object) -> dict[str, object]:
    return {"name": f"A {network} model", "architecture": network, "scale": 4, "resources": list(resources), **more}


def resource(digest: object, **more: object) -> dict[str, object]:
    return {"platform": "pytorch", "type": "pth", "size": 1234, "sha256": digest, "urls": [], **more}


MODELS: dict[str, object] = {
    "4x-before": model("esrgan", resource("1" * 64), license="MIT"),
    "4x-after": model(
        "esrgan",
        resource("2" * 64, urls=["https://files.example.org/4x-after.pth", "https://example.org/a/page"]),
        resource("3" * 64, type="onnx", urls=["https://example.org/after.zip"]),
        author=["somebody", "other"],
        date="2023-04-05",
        license="CC-BY-NC-SA-4.0",
        pretrainedModelG="4x-before",
    ),
    "4x-plus": model("esrgan+", resource("4" * 64)),
    "1x-dat": model("dat", resource("5" * 64), scale=1),
    "2x-film": model("tscunet", resource("6" * 64), scale=2),
    "1x-noise": model("ludvae", resource("7" * 64), scale=1),
}


def repository(folder: Path, models: dict[str, object], networks: object = NETWORKS) -> Path:
    files = {
        f"data/models/{name}.json": said if isinstance(said, str) else json.dumps(said) for name, said in models.items()
    }
    return make_repository(folder / "open-model-database", {"data/architectures.json": json.dumps(networks), **files})


def read(folder: Path, models: dict[str, object], networks: object = NETWORKS) -> tuple[dict[str, Item], Harvest]:
    found = SOURCE.read(Package.open(repository(folder, models, networks)), Known())
    return {item.key.removeprefix("openmodeldb:"): item for item in found.items}, found


def files(item: Item) -> list[Part]:
    return [part for (kind, _), part in item.parts.items() if kind == "file"]


def test_a_model_is_a_release_of_its_network(tmp_path: Path) -> None:
    """The architecture of ours is concluded from the network; ESRGAN+ is another than ESRGAN."""
    items, found = read(tmp_path, MODELS)
    assert not found.findings
    assert {name: (item.architecture, item.series) for name, item in items.items()} == {
        "1x-dat": ("vit", "DAT"),
        "1x-noise": ("vae", "LUD-VAE"),
        "2x-film": ("cnn", "TSCUNet"),
        "4x-after": ("gan", "ESRGAN"),
        "4x-before": ("gan", "ESRGAN"),
        "4x-plus": ("gan", "ESRGAN plus"),
    }
    assert all(MIR.architecture in item.inferred for item in items.values())
    assert (MIR.task, concept("task", "video-to-video")) in items["2x-film"].facts
    assert items["4x-after"].owner == "somebody"


def test_a_model_has_its_day_and_what_it_was_trained_from(tmp_path: Path) -> None:
    """And its licence; people who made it are not taken, and no description is."""
    items, _ = read(tmp_path, MODELS)
    after = items["4x-after"]
    assert (DCTERMS.issued, Literal("2023-04-05", XSD.date)) in after.facts
    assert (DCTERMS.license, Iri("https://spdx.org/licenses/CC-BY-NC-SA-4.0")) in after.facts
    assert after.links == [Link(MIR.fineTunedFrom, "openmodeldb:4x-before")]
    assert not any("somebody" in str(term) for _, term in after.facts)


def test_a_file_has_digest_size_and_format(tmp_path: Path) -> None:
    """Only an address that ends as the file does is that of the bytes: others lead to a page or an archive."""
    items, _ = read(tmp_path, MODELS)
    first, second = files(items["4x-after"])
    page = (DCTERMS.source, Iri("https://openmodeldb.info/models/4x-after"))
    assert set(first.facts) == {
        (MIR.fileName, literal("4x-after.pth")),
        (MIR.fileSha256, literal("2" * 64)),
        (DCAT.byteSize, literal(1234)),
        (DCAT.downloadURL, Iri("https://files.example.org/4x-after.pth")),
        (MIR.format, concept("format", "pickle")),
        page,
    }
    assert set(second.facts) == {
        (MIR.fileSha256, literal("3" * 64)),
        (DCAT.byteSize, literal(1234)),
        (MIR.format, concept("format", "onnx")),
        page,
    }


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (model("esrgan", resource("A" * 64)), "malformed-digest"),
        (model("esrgan", resource("9" * 63)), "malformed-digest"),
        (model("esrgan", resource(None)), "empty-digest"),
        (model("esrgan", resource("1" * 64)), "shared-digest"),
        (model("esrgan", date="yesterday"), "wrong-type"),
        (model("esrgan", date="2023-02-30"), "wrong-type"),
        (model("esrgan", license="no-such-licence"), "unknown-reference"),
        (model("nobody-knows", resource("9" * 64)), "unknown-reference"),
        (model("esrgan", name="<img src=x onerror=alert(1)>"), "garbage-id"),
        (model("esrgan", name="turned\u202e"), "garbage-id"),
        (model("esrgan", name="N" * 10_000_000), "garbage-id"),
        (model("esrgan", name=""), "garbage-id"),
        ('{"name": ', "garbage-id"),
        ("[1, 2]", "garbage-id"),
    ],
)
def test_a_bad_file_is_said_and_spoils_nothing(tmp_path: Path, bad: object, problem: str) -> None:
    """Digests that are none or another's, days that are none, markup, marks that turn text, no JSON, ten megabytes."""
    items, found = read(tmp_path, {"4x-before": MODELS["4x-before"], "bad": bad})
    assert [(finding.problem, finding.upstream_id) for finding in found.findings] == [(problem, "openmodeldb:bad")]
    assert len(found.findings[0].value) < 1_000
    assert len(files(items["4x-before"])) == 1


def test_values_of_another_type_are_not_taken(tmp_path: Path) -> None:
    """A size that is a text or less than nothing, addresses that are none, resources that are no list."""
    odd = model(
        "esrgan",
        resource("9" * 64, size="many", urls="https://example.org/x.pth"),
        resource("8" * 64, size=-1, urls=["javascript:alert(1).pth", 1, "https://example.org/a b.pth"]),
        "no object",
        author=5,
        scale=True,
        pretrainedModelG=["4x-before"],
    )
    items, found = read(tmp_path, {"odd": odd, "other": model("dat", resources="none")})
    assert not found.findings
    for file in files(items["odd"]):
        assert {predicate for predicate, _ in file.facts} == {MIR.fileSha256, MIR.format, DCTERMS.source}
    assert (items["odd"].owner, items["odd"].links) == (None, [])
    assert files(items["other"]) == []


def test_another_layout_is_refused(tmp_path: Path) -> None:
    """No models, no list of networks, or one that is no JSON object."""
    with pytest.raises(InputError, match="layout changed"):
        read(tmp_path / "a", {})
    with pytest.raises(SyntaxInputError, match="JSON"):
        read(tmp_path / "b", MODELS, ["esrgan"])
    folder = make_repository(tmp_path / "c", {"data/models/a.json": json.dumps(model("esrgan"))})
    with pytest.raises(InputError, match=r"architectures\.json"):
        SOURCE.read(Package.open(folder), Known())


def test_a_harvest_conforms_and_repeats_itself(tmp_path: Path) -> None:
    """A check refuses nothing of it, and a second harvest changes no byte."""
    folder = repository(tmp_path, MODELS)
    report, wrong = harvest_checked(SOURCE, folder, tmp_path)
    assert wrong == []
    assert report.parts["File"] == 7
    assert harvest_checked(SOURCE, folder, tmp_path)[0].changed == ()

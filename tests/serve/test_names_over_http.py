"""Every name that was ever published leads to its page, in whatever way it is written into an address."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from jsonschema import Draft202012Validator
from tests.conftest import ROOT
from tests.serve.running import Served

from mirld.registry import Registry
from mirld.vocab import DEFAULT_BASE

SCHEMA = json.loads((ROOT / "site" / "content" / "schema" / "resolve.schema.json").read_text(encoding="utf-8"))
ENTRY = "/model/unet/stable-diffusion-xl/base"


@pytest.mark.parametrize("prefix", ["", "mir:"])
def test_every_old_id_leads_to_its_page(server: Served, registry: Registry, built: Path, prefix: str) -> None:
    """All of the ledger, percent-encoded as a browser does: one target is gone to, several are shown as a choice."""
    wrong = []
    connection = server.connect()
    for record in registry.ledger.values():
        text = record.text if record.text.startswith(prefix) else prefix + record.text
        answer = server.ask("/" + quote(text, safe="/:@!$&'()*+,;=~"), connection=connection)
        expected = (record.targets[0] if len(record.targets) == 1 else record.iri).removeprefix(DEFAULT_BASE)
        location = unquote(answer.headers.get("location", "")).strip("/")
        if answer.status not in (301, 303) or location != expected or not (built / location / "index.html").is_file():
            wrong.append((text, answer.status, location, expected))
    assert wrong == []


@pytest.mark.parametrize(
    "path",
    [
        "/mir:model.unet.stable-diffusion-xl:base",
        "/mir%3Amodel.unet.stable-diffusion-xl%3Abase",
        "/model.unet.stable-diffusion-xl:base",
        "/mir://model.unet.stable-diffusion-xl:base",
        "/MIR:Model.UNet.Stable-Diffusion-XL:Base",
        "/Model/UNet/Stable-Diffusion-XL/Base",
        "/Model/UNet/Stable-Diffusion-XL/Base/",
        "//model//unet/stable-diffusion-xl/base",
    ],
)
def test_other_spellings_lead_to_the_one_address(server: Served, path: str) -> None:
    """301, at most twice, to the IRI of the entry."""
    for _ in range(3):
        answer = server.ask(path)
        if answer.status != 301:
            break
        path = answer.headers["location"]
    assert (answer.status, path) == (303, ENTRY)


def test_resolve_answers_as_its_schema_says(server: Served) -> None:
    """A name, a repository, a withdrawn name and nonsense: JSON that the published schema accepts."""
    validator = Draft202012Validator(SCHEMA)
    for text in ("clip-l", "stabilityai/stable-diffusion-xl-base-1.0", "zzz no such thing", "mir:a.b", "%", "\u202e"):
        answer = server.ask(f"/resolve?q={quote(text)}")
        assert (answer.status, answer.type) == (200, "application/json"), text
        document = json.loads(answer.body)
        validator.validate(document)
        assert document["query"] == text


def test_resolve_finds_every_sampled_id(server: Served, registry: Registry) -> None:
    """An id resolves to itself."""
    connection = server.connect()
    for entry in list(registry)[::40]:
        document = json.loads(server.ask(f"/resolve?q={quote(str(entry.id))}", connection=connection).body)
        assert document["candidates"][0]["iri"] == entry.iri


@pytest.mark.parametrize("path", ["/resolve", "/resolve?", "/resolve?q=", "/resolve?text=clip"])
def test_resolve_without_a_text_says_what_to_write(server: Served, path: str) -> None:
    """400, and an example of what works."""
    answer = server.ask(path)
    assert answer.status == 400
    assert b"/resolve?q=TEXT" in answer.body

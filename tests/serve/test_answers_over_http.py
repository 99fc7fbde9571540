"""Look-ups over HTTP: what the commands print, valid by the same schemas; and problems that say what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from tests.conftest import ROOT
from tests.serve.running import Answer, Served
from tests.site.static_api import KNOWN_SCHEMAS, SCHEMAS

from mirld.cli import group
from mirld.registry import Index
from mirld.registry.place import open_index
from mirld.serve import answers
from mirld.serve.site import Request

DEV, HYPER, TAE = "mir:model.dit.flux-1:dev", "mir:model.lora.hyper:flux-1", "mir:model.vae.tae:flux-1"
ASKED = [
    ("resolve", {"q": "black-forest-labs/FLUX.1-dev"}, ["resolve", "black-forest-labs/FLUX.1-dev"]),
    ("resolve", {"q": "stable difusion xl turbo", "limit": "3"}, ["resolve", "stable difusion xl turbo", "--limit=3"]),
    ("resolve", {"q": "zzzzzzqqqq"}, ["resolve", "zzzzzzqqqq"]),
    ("compat", {"a": HYPER, "b": DEV}, ["compat", HYPER, DEV]),
    (
        "compat",
        {"a": HYPER, "b": [DEV, "mir:model.vae.tae:flux-1"]},
        ["compat", HYPER, DEV, "mir:model.vae.tae:flux-1"],
    ),
    ("compat", {"a": DEV, "kind": "adapters"}, ["compat", DEV, "--list=adapters"]),
    ("settings", {"id": DEV, "with": f"{HYPER}@8step"}, ["settings", DEV, "--with", f"{HYPER}@8step"]),
    ("settings", {"id": DEV, "for": "mflux"}, ["settings", DEV, "--for", "mflux"]),
    (
        "settings",
        {"id": "mir:operations.scheduler.euler:discrete", "all": "1"},
        ["settings", "mir:operations.scheduler.euler:discrete", "--all"],
    ),
    ("load", {"id": DEV}, ["load", DEV]),
    ("load", {"id": DEV, "library": "mflux"}, ["load", DEV, "--library", "mflux"]),
    ("load", {"id": DEV, "with": HYPER}, ["load", DEV, "--adapter", HYPER]),
]


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    with open_index(ROOT) as index:
        yield index


def ask(index: Index, name: str, method: str = "GET", **query: object) -> Answer:
    request = Request(method=method, path=f"/api/{name}", query=urlencode(query, doseq=True))
    found = answers.routes(lambda: index)[f"/api/{name}"](request)
    return Answer(found.status, {key.lower(): value for key, value in found.headers}, found.body)


@pytest.mark.parametrize(("name", "query", "arguments"), ASKED, ids=[" ".join(each[2])[:50] for each in ASKED])
def test_an_answer_is_what_the_command_prints(
    index: Index, name: str, query: dict[str, Any], arguments: list[str]
) -> None:
    """The same JSON, valid by the schema of the command."""
    found = ask(index, name, **query)
    assert (found.status, found.type) == (200, "application/json")
    document = json.loads(found.body)
    Draft202012Validator(SCHEMAS[f"{name}.schema.json"], registry=KNOWN_SCHEMAS).validate(document)
    printed = CliRunner().invoke(group, ["--root", str(ROOT), *arguments, "--json"])
    assert document == json.loads(printed.stdout)


@pytest.mark.parametrize(
    ("name", "query", "status"),
    [
        ("resolve", {}, 400),
        ("resolve", {"q": ""}, 400),
        ("resolve", {"q": "flux", "limit": "0"}, 400),
        ("resolve", {"q": "flux", "limit": "many"}, 400),
        ("resolve", {"q": ["flux"] * 30}, 400),
        ("compat", {"b": DEV}, 400),
        ("compat", {"a": "/etc/passwd"}, 404),
        ("compat", {"a": DEV, "kind": "colours"}, 400),
        ("compat", {"a": DEV, "b": HYPER, "kind": "adapters"}, 400),
        ("compat", {"a": DEV, "b": "no such thing at all"}, 404),
        ("settings", {"id": "mir:model.dit.flux-1:nonsense"}, 404),
        ("settings", {"id": DEV, "with": DEV}, 400),
        ("load", {"id": f"{HYPER}@99step"}, 404),
        ("load", {"library": "diffusers"}, 400),
    ],
)
def test_what_cannot_be_answered_is_a_problem(index: Index, name: str, query: dict[str, Any], status: int) -> None:
    """RFC 9457: a status that is also in the body, and a sentence that says what is wrong."""
    found = ask(index, name, **query)
    assert (found.status, found.type) == (status, "application/problem+json")
    document = json.loads(found.body)
    Draft202012Validator(SCHEMAS["problem.schema.json"]).validate(document)
    assert document["status"] == status


def test_bytes_that_are_no_text_are_a_problem(index: Index) -> None:
    """No UTF-8 in the query: 400."""
    found = answers.routes(lambda: index)["/api/resolve"](Request(path="/api/resolve", query="q=%ff"))
    assert found.status == 400


def test_answers_can_only_be_read(index: Index) -> None:
    """405 with what is allowed, OPTIONS with what a page of another origin may do, HEAD without a body."""
    refused = ask(index, "resolve", "POST", q="flux")
    assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert json.loads(refused.body)["status"] == 405
    assert ask(index, "resolve", "OPTIONS").headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    head = ask(index, "resolve", "HEAD", q="flux")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["content-length"]) > 100


def test_a_running_server_answers_and_lets_other_origins_read(server: Served) -> None:
    """Answers, problems and files of the static API alike."""
    for path, status in (
        (f"/api/load?id={DEV}", 200),
        ("/api/load?id=zzzz", 404),
        ("/api/v1/index.json", 200),
        ("/api/nothing", 404),
    ):
        found = server.ask(path)
        assert found.status == status
        assert found.headers["access-control-allow-origin"] == "*"
    assert server.ask("/api/v1/index.json").type == "application/json"

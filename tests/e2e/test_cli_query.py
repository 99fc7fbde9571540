"""`mirld query` as a user runs it: another folder, no network, nothing configured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
SMALL = ROOT / "tests" / "fixtures" / "small"
SCHEMA = json.loads((ROOT / "site" / "content" / "schema" / "query.schema.json").read_text(encoding="utf-8"))
LABELS = """
SELECT ?id ?count { ?e a mir:Model ; dcterms:identifier ?id OPTIONAL { ?e mir:parameterCount ?count } } ORDER BY ?id
"""
# A socket in the child process is a failure: a query asks nobody.
OFFLINE = """
import socket, sys
def refuse(*_, **__): raise RuntimeError("the network was used")
socket.socket.connect = socket.getaddrinfo = refuse
from mirld.cli import run
sys.exit(run(sys.argv[1:]))
"""


def query(
    folder: Path, *arguments: str, stdin: str | bytes = "", root: Path | None = SMALL
) -> subprocess.CompletedProcess[bytes]:
    place = ["--root", str(root)] if root is not None else []
    return subprocess.run(
        [sys.executable, "-c", OFFLINE, *place, "query", *arguments],
        cwd=folder,
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        env={"PATH": "", "PYTHONIOENCODING": "utf-8"},
        check=False,
    )


def test_rows_are_a_table(tmp_path: Path) -> None:
    """Aligned, numbers to the right, nothing for what is unbound; how many there are is a word and no data."""
    done = query(tmp_path, LABELS)
    assert done.stdout.decode() == (
        "id                                count\n"
        "mir:model.unet.orrery:base   2567463684\n"
        "mir:model.unet.orrery:tuned\n"
    )
    assert (done.returncode, done.stderr.decode()) == (0, "2 rows\n")


def test_a_query_comes_in_four_ways(tmp_path: Path) -> None:
    """As text, from a file, from standard input with or without the dash."""
    (tmp_path / "labels.rq").write_text(LABELS, encoding="utf-8")
    answers = [
        query(tmp_path, LABELS).stdout,
        query(tmp_path, "--file", "labels.rq").stdout,
        query(tmp_path, "-", stdin=LABELS).stdout,
        query(tmp_path, stdin=LABELS).stdout,
    ]
    assert answers[0]
    assert len(set(answers)) == 1


def test_names_are_shortened_as_a_query_may_write_them(tmp_path: Path) -> None:
    """A row can be copied into the next query."""
    done = query(tmp_path, "SELECT ?e ?p { ?e ?p <model/unet/orrery/base> } ORDER BY ?p")
    assert b"<model/unet/orrery/tuned>" in done.stdout
    assert b"mir:fineTunedFrom" in done.stdout


@pytest.mark.parametrize(
    "name",
    ["<https://w3id.org/mir/model/lora/hyper/flux-1>", "<model/lora/hyper/flux-1>", "<mir:model.lora.hyper:flux-1>"],
)
def test_the_carried_registry_answers_to_every_name(tmp_path: Path, name: str) -> None:
    """From any folder."""
    done = query(tmp_path, f"ASK {{ {name} a mir:Adapter }}", root=None)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"yes\n", b"")


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_a_truth_is_an_exit_code(tmp_path: Path, form: str) -> None:
    """As grep does: 0 is yes and 1 is no."""
    assert query(tmp_path, "ASK { ?e a mir:Model }", "--format", form).returncode == 0
    assert query(tmp_path, "ASK { ?e a <vocab/nothing> }", "--format", form).returncode == 1
    assert query(tmp_path, "ASK { ?e a <vocab/nothing> }").stdout == b"no\n"


def test_no_row_is_an_answer(tmp_path: Path) -> None:
    """Exit code 0, nothing on stdout."""
    done = query(tmp_path, "SELECT * { ?e a <vocab/nothing> }")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"0 rows\n")


@pytest.mark.parametrize(
    "text",
    [
        LABELS,
        "ASK { ?e a mir:Model }",
        "SELECT * { ?e a <vocab/nothing> }",
        "CONSTRUCT WHERE { ?e a mir:Model }",
        "CONSTRUCT WHERE { ?e a <vocab/nothing> }",
    ],
)
def test_json_keeps_to_its_schema(tmp_path: Path, text: str) -> None:
    """Rows, truths and triples."""
    Draft202012Validator.check_schema(SCHEMA)
    done = query(tmp_path, text, "--json")
    Draft202012Validator(SCHEMA).validate(json.loads(done.stdout))
    assert done.stderr == b""


def test_triples_are_turtle_when_nothing_else_is_said(tmp_path: Path) -> None:
    """In the form of the registry's own files."""
    done = query(tmp_path, "CONSTRUCT WHERE { <mir:model.unet.orrery:tuned> a ?class ; rdfs:label ?label }")
    assert done.stdout.decode().endswith(
        '\n\n<model/unet/orrery/tuned>\n    a mir:Model ;\n    rdfs:label "Orrery tuned"@en .\n'
    )


@pytest.mark.parametrize(
    ("arguments", "stdin", "message"),
    [
        (["SELECT * {\n ?s foo:x ?o }"], "", "error: query:2:5: the prefix foo: is not declared\n"),
        (["-"], "SELECT * { ?s ?p", "error: standard input:1:17: the query does not parse here\n"),
        (["--file", "bad.rq"], "", "error: bad.rq:1:1: this changes data, and a query here only reads\n"),
        (["SELECT * { <mir:x> ?p ?o }"], "", "error: query:1:12: <mir:x> is no MIR id: "),
        (
            ["CONSTRUCT WHERE { ?s a ?o }", "--format", "csv"],
            "",
            "error: query: a query that makes triples has no csv answer\n",
        ),
        (["-"], b"\xff", "error: standard input: the query is not UTF-8 at byte 0\n"),
    ],
)
def test_a_bad_query_is_three(tmp_path: Path, arguments: list[str], stdin: str | bytes, message: str) -> None:
    """Where it came from, line and column, one sentence, nothing on stdout."""
    (tmp_path / "bad.rq").write_text("DELETE WHERE { ?s ?p ?o }", encoding="utf-8")
    done = query(tmp_path, *arguments, stdin=stdin)
    assert (done.returncode, done.stdout) == (3, b"")
    assert done.stderr.decode().startswith(message)


@pytest.mark.parametrize(
    "arguments",
    [["x", "--file", "a.rq"], ["x", "--format", "pdf"], ["x", "--json", "--format", "csv"], ["--file", "none.rq"]],
)
def test_wrong_usage_is_two(tmp_path: Path, arguments: list[str]) -> None:
    """Before anything is read."""
    (tmp_path / "a.rq").write_text("", encoding="utf-8")
    done = query(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, b"")


def test_a_text_cannot_steer_the_terminal(tmp_path: Path) -> None:
    """A table shows control characters of literals as spaces; the other formats escape or keep them."""
    done = query(tmp_path, r'SELECT ("a\u001B[31m\tb" AS ?x) {}')
    assert done.stdout == b"x\na [31m b\n"


def test_a_term_that_does_not_exist_is_named(tmp_path: Path) -> None:
    """The query runs, and finds nothing by it; a string and a comment name no terms."""
    done = query(tmp_path, "SELECT ?e { ?e a mir:Modl ; rdfs:label ?x . FILTER(?x != 'mir:Nothing') } # mir:Never")
    assert done.returncode == 0
    assert b"mir:Modl is no term of the ontology: did you mean mir:Model?\n" in done.stderr
    assert b"Nothing" not in done.stderr
    assert b"Never" not in done.stderr


def test_saved_queries_are_listed_with_their_questions(tmp_path: Path) -> None:
    """Name and question, one a line; nothing is loaded for it."""
    done = query(tmp_path, "--saved", "list", root=ROOT)
    assert done.returncode == 0
    lines = done.stdout.decode().splitlines()
    assert lines[0].split() == ["name", "question"]
    assert [line.split()[0] for line in lines[1:]] == sorted(path.stem for path in (ROOT / "queries").glob("*.rq"))
    assert all(line.endswith("?") for line in lines[1:])


def test_a_saved_query_runs_by_its_name_over_what_the_rules_find(tmp_path: Path) -> None:
    done = query(tmp_path, "--saved", "models-by-activity", "--format", "csv", root=ROOT)
    assert done.returncode == 0
    assert done.stdout.decode().splitlines()[1].startswith("https://w3id.org/mir/vocab/nist-ai-use/content-creation,")


def test_what_the_rules_find_is_a_named_graph(tmp_path: Path) -> None:
    """Apart from what is stated, so that anybody can leave it out."""
    text = "ASK { GRAPH <graph/inferred> { ?e mir:classification ?c } }"
    assert query(tmp_path, text, root=ROOT).stdout == b"yes\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--saved", "models-by-activty"], "hint: did you mean models-by-activity?"),
        (["--saved", "nothing like it"], "hint: there are basis-of-a-model, "),
        (["--saved", "grounds", "ASK {}"], "only once"),
    ],
)
def test_a_saved_query_that_is_not_there_is_wrong_usage(tmp_path: Path, arguments: list[str], words: str) -> None:
    done = query(tmp_path, *arguments, root=ROOT)
    assert (done.returncode, done.stdout) == (2, b"")
    assert words in done.stderr.decode()

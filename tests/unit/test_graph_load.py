"""Bytes of Turtle into a dataset, and what is refused on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from mirld.errors import ConflictError, InputError, SyntaxInputError
from mirld.graph.corpus import Corpus
from mirld.graph.load import load, parse_turtle
from mirld.graph.terms import Iri, Literal, text
from mirld.vocab import DCTERMS, DEFAULT_BASE, MIR, OWL, RDF_TYPE, RDFS_LABEL, XSD

ROOT = Path(__file__).resolve().parents[1] / "fixtures" / "small"
ENTRY = f"{DEFAULT_BASE}model/unet/orrery/base"


def corpus(folder: Path, files: dict[str, str], base: str = DEFAULT_BASE) -> Corpus:
    (folder / "ontology").mkdir(exist_ok=True)
    (folder / "data").mkdir(exist_ok=True)
    for name, content in files.items():
        path = folder / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"@base <{DEFAULT_BASE}> .\n@prefix mir: <{MIR}> .\n{content}", encoding="utf-8")
    return Corpus.scan(folder, base=base)


def test_terms_are_read_as_they_stand() -> None:
    """IRIs relative to the base, typed and tagged literals, numbers by their short form."""
    triples = parse_turtle(
        b'<a> <b> <c>, 1, 1.50, true, "x", "x"@en, "2024"^^<http://www.w3.org/2001/XMLSchema#gYear> .',
        "https://e.org/",
        "t",
    )
    assert [term for _, _, term in triples] == [
        Iri("https://e.org/c"), Literal("1", XSD.integer), Literal("1.50", XSD.decimal), Literal("true", XSD.boolean),
        Literal("x"), text("x", "en"), Literal("2024", XSD.gYear),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"<a> <b> <c>\n<d> <e> <f> .", 2, None),
        (b'<a> <b> "open .', 1, None),
        (b"<a> <b> no:prefix .", 1, 9),
        (b"\n\n<a> <b c> <d> .", 3, 5),
        (b'<a> <b> "\xff" .', 1, 10),
        (b"<a> <b> <c> ;;", 1, None),
    ],
)
def test_broken_turtle_says_where(data: bytes, line: int, column: int | None) -> None:
    """File, line and column; one sentence."""
    with pytest.raises(SyntaxInputError) as caught:
        parse_turtle(data, DEFAULT_BASE, "data/x.ttl")
    assert (caught.value.file, caught.value.line) == ("data/x.ttl", line)
    assert caught.value.column is not None
    assert column in (None, caught.value.column)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"data/x.ttl:{line}:")


@pytest.mark.parametrize(
    "data",
    [
        b'<a> <b> "[ in a string ]" .\n# [ in a comment\n<c> <d> [] .',
        b"<a> <b> <c/_:> .\n<d> <e> <f> .\n_:x <e> <f> .",
        b"\n\n<a> <b> (1 2) .",
    ],
)
def test_a_blank_node_says_where(data: bytes) -> None:
    """Nothing can link to it, and no two files can speak of it."""
    with pytest.raises(InputError, match="blank node") as caught:
        parse_turtle(data, DEFAULT_BASE, "data/x.ttl")
    assert (caught.value.file, caught.value.line) == ("data/x.ttl", 3)
    assert caught.value.hint is not None


@pytest.mark.parametrize("data", [b'<a> <b> "x"@en--ltr .', b"<a> <b> <<( <a> <b> <c> )>> ."])
def test_what_the_data_model_has_not_is_refused(data: bytes) -> None:
    """Dropping a direction or a triple term would not be lossless."""
    with pytest.raises(InputError, match="data model"):
        parse_turtle(data, DEFAULT_BASE, "data/x.ttl")


def test_two_files_of_one_source_may_not_claim_an_entry(tmp_path: Path) -> None:
    """The message names both."""
    claim = "<model/unet/orrery/base> a mir:Model ."
    with pytest.raises(ConflictError) as caught:
        load(corpus(tmp_path, {"curated/source.ttl": "", "curated/a.ttl": claim, "curated/b.ttl": claim}))
    assert (
        str(caught.value) == "data/curated/b.ttl: <model/unet/orrery/base> is described in data/curated/a.ttl as well"
    )


def test_two_sources_may_speak_of_one_entry(tmp_path: Path) -> None:
    """Both are named as its sources."""
    claim = "<model/unet/orrery/base> a mir:Model ."
    files = {"one/source.ttl": "", "one/a.ttl": claim, "two/source.ttl": "", "two/a.ttl": claim}
    dataset = load(corpus(tmp_path, files))
    assert dataset.view.iris(ENTRY, MIR.source) == [f"{DEFAULT_BASE}source/one", f"{DEFAULT_BASE}source/two"]


def test_a_subject_is_located_in_its_file() -> None:
    """What states its class."""
    dataset = load(Corpus.scan(ROOT))
    assert dataset.locate(f"{DEFAULT_BASE}info/lora/swift") == "data/curated/lora/swift.ttl"
    assert dataset.locate(f"{DEFAULT_BASE}nothing") is None


def test_the_base_is_a_setting(tmp_path: Path) -> None:
    """Entries and concepts move to it though every file states a base; the words of the ontology stay."""
    base = "http://localhost:8000/m/"
    line = f'<info/unet/orrery> a mir:Info ; mir:task <vocab/task/x> ; <{RDFS_LABEL}> "Orrery"@en .'
    dataset = load(corpus(tmp_path, {"one/a.ttl": line}, base))
    entry = f"{base}info/unet/orrery"
    assert dataset.view.types(entry) == [MIR.Info]
    assert dataset.view.iris(entry, MIR.task) == [f"{base}vocab/task/x"]
    assert dataset.view.iris(entry, OWL.sameAs) == ["mir:info.unet.orrery"]
    assert dataset.view.text(entry, DCTERMS.identifier) == "mir:info.unet.orrery"


def test_every_graph_stays_whole() -> None:
    """The merged view leaves out what was outvoted; the graph it came from does not."""
    dataset = load(Corpus.scan(ROOT))
    harvested = dataset.graphs[f"{DEFAULT_BASE}graph/harvested/elsewhere/unet"]
    assert (Iri(ENTRY), Iri(RDFS_LABEL), text("orrery-base", "en")) in harvested
    assert dataset.view.text(ENTRY, RDFS_LABEL) == "Orrery base"


def test_loading_twice_gives_the_same() -> None:
    """Same input, same order."""
    one, two = load(Corpus.scan(ROOT)), load(Corpus.scan(ROOT))
    assert list(one.view) == list(two.view)
    assert list(one.view.types(ENTRY)) == [MIR.Model]
    assert one.view.pairs(ENTRY)[0][0] == RDF_TYPE


@pytest.mark.parametrize("fork", [False, True])
def test_files_are_read_in_their_order_by_however_many(tmp_path: Path, fork: bool) -> None:
    """Every file in its graph, and of two broken files the first one is told."""
    whole = corpus(tmp_path, {f"{number}.ttl": f"<a{number}> <b> {'<c> ,' * number} <d> ." for number in range(9)})
    one, other = load(whole), load(whole, fork=fork)
    assert (other.graphs, other.files, list(other.view)) == (one.graphs, one.files, list(one.view))
    assert list(other.graphs) == list(one.graphs)
    for name in ("8.ttl", "2.ttl"):
        (tmp_path / "data" / name).write_text("<a> <b>", encoding="utf-8")
        with pytest.raises(SyntaxInputError) as caught:
            load(whole, fork=fork)
        assert caught.value.file == f"data/{name}"

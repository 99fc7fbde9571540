"""Rules of classification: what they find is the same every time, and a rule that is wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.asking import Asking, answer_all
from mirld.graph.corpus import Corpus
from mirld.graph.dataset import Dataset
from mirld.graph.load import load
from mirld.graph.query import Endpoint
from mirld.graph.release import recalled
from mirld.graph.rules import add_found, classify, infer, read_found
from mirld.graph.saved import saved_queries
from mirld.graph.terms import Iri, Literal
from mirld.vocab import MIR, XSD

BASE = "https://w3id.org/mir/"
HEAD = f"""@base <{BASE}> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix mir: <https://w3id.org/mir/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
FIRST = """# Which answer?
CONSTRUCT { ?entry mir:classification ?node . ?node mir:ground ?kind ; mir:unverified true }
WHERE { ?entry mir:architecture ?kind BIND(IRI(CONCAT(STR(?entry), "#classification-first")) AS ?node) }
"""
SECOND = """# What follows from it?
CONSTRUCT { ?entry mir:classification ?node . ?node mir:ground ?ground }
WHERE {
  ?entry mir:classification ?stated . ?stated mir:ground ?ground
  BIND(IRI(CONCAT(STR(?entry), "#classification-second")) AS ?node)
}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Make a registry of one entry and two rules, the second of which builds on the first."""
    (tmp_path / "ontology" / "rules").mkdir(parents=True)
    (tmp_path / "data").mkdir()
    (tmp_path / "ontology" / "rule.ttl").write_text(
        HEAD + '<vocab/rule/a> skos:inScheme <vocab/rule> ; skos:notation "a" ; mir:order 2 .\n'
        '<vocab/rule/b> skos:inScheme <vocab/rule> ; skos:notation "b" ; mir:order 1 .\n'
    )
    (tmp_path / "data" / "unet.ttl").write_text(HEAD + '<model/unet/x/y> a mir:Model ; rdfs:label "Y"@en .\n')
    (tmp_path / "ontology" / "rules" / "b.rq").write_text(FIRST)
    (tmp_path / "ontology" / "rules" / "a.rq").write_text(SECOND)
    return tmp_path


def loaded(root: Path, base: str = BASE) -> Dataset:
    return load(Corpus.scan(root, base=base))


@pytest.mark.parametrize("base", [BASE, "https://example.org/r/"])
def test_rules_run_in_their_order_under_any_base(root: Path, base: str) -> None:
    """By mir:order, not by name; a later rule sees what an earlier one found."""
    entry = f"{base}model/unet/x/y"
    first, second = (Iri(f"{entry}#classification-{name}") for name in ("first", "second"))
    unet = Iri(f"{base}vocab/architecture/unet")
    assert infer(loaded(root, base), root) == [
        (Iri(entry), ((Iri(MIR.classification), first), (Iri(MIR.classification), second))),
        (first, ((Iri(MIR.ground), unet), (Iri(MIR.unverified), Literal("true", XSD.boolean)))),
        (second, ((Iri(MIR.ground), unet),)),
    ]


def test_what_is_found_stands_in_a_graph_of_its_own_and_in_the_view(root: Path) -> None:
    """The view stays sorted, and what was stated is left as it is."""
    dataset = loaded(root)
    stated = list(dataset.view)
    classify(dataset, root)
    found = dataset.graphs[f"{BASE}graph/inferred"]
    assert len(found) == 5
    assert list(dataset.view) == list(dataset.view.sorted())
    assert set(dataset.view) == {*stated, *found}


def test_a_registry_without_rules_has_nothing_inferred(root: Path) -> None:
    (root / "ontology" / "rule.ttl").unlink()
    assert infer(loaded(root), root) == []


def test_a_rule_without_a_query_is_named(root: Path) -> None:
    (root / "ontology" / "rules" / "a.rq").unlink()
    with pytest.raises(InputError, match="cannot read the query of a rule") as caught:
        infer(loaded(root), root)
    assert caught.value.file == "ontology/rules/a.rq"


def test_a_query_that_does_not_parse_is_found_where_it_breaks(root: Path) -> None:
    (root / "ontology" / "rules" / "a.rq").write_text("CONSTRUCT { ?s ?p ?o }\nWHERE { ?s ?p }")
    with pytest.raises(SyntaxInputError) as caught:
        infer(loaded(root), root)
    assert (caught.value.file, caught.value.line) == ("ontology/rules/a.rq", 2)


def test_a_query_that_makes_no_triples_is_no_rule(root: Path) -> None:
    (root / "ontology" / "rules" / "a.rq").write_text("SELECT ?s { ?s ?p ?o }")
    with pytest.raises(InputError, match="a rule makes triples"):
        infer(loaded(root), root)


@pytest.mark.parametrize("with_unverified", [False, True])
def test_rules_and_saved_queries_may_share_a_store(root: Path, with_unverified: bool) -> None:
    """What rules find and what is answered is what a store for each would give, texts in a language included."""
    (root / "queries").mkdir()
    (root / "queries" / "all.rq").write_text("# What is there?\nSELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o")
    (root / "queries" / "any.rq").write_text("# Is there an answer?\nASK { ?s mir:ground ?o }")
    dataset, asked = loaded(root), loaded(root)
    classify(dataset, root)
    asking = Asking(asked, root)
    found = [asking.found() for _ in range(asking.turns)]
    answers = asking.answered(with_unverified=with_unverified)
    add_found(asked, read_found(found))
    assert (asked.graphs, list(asked.view)) == (dataset.graphs, list(dataset.view))
    assert recalled(dataset.view)
    exported = dataset.view if with_unverified else dataset.view.without(recalled(dataset.view))
    endpoint = Endpoint(Dataset(base=BASE, view=exported), named_graphs=False)
    assert answers == answer_all(endpoint, saved_queries(root))
    rows = answers["all"][0].rows
    assert rows is not None
    assert len(rows) == len(exported)

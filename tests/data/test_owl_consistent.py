"""The whole registry, with what follows from names and rules, contradicts nothing that the ontology says (OWL 2 RL).

OWL 2 RL rules cax-dw, cls-nothing2 and prp-fp: https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from mirld.graph.dataset import Dataset, Graph
from mirld.graph.load import parse_turtle
from mirld.graph.ntriples import write_ntriples
from mirld.graph.terms import Iri, Literal, Triple
from mirld.vocab import DEFAULT_BASE, MIR, OWL, RDF_TYPE

reasonable = pytest.importorskip(
    "reasonable", reason="no OWL RL reasoner for a whole registry: pip install 'mirld[vocabularies]'"
)
ROOT = Path(__file__).resolve().parents[2]


def contradictions(triples: Iterable[Triple], folder: Path) -> list[str]:
    """Close triples under OWL 2 RL and name every member of nothing, of two disjoint classes, or with two values."""
    stated = list(triples)
    path = folder / "stated.ttl"
    path.write_text(write_ntriples(stated), encoding="utf-8")
    reasoner = reasonable.PyReasoner()
    reasoner.load_file(str(path))
    classes: dict[str, set[str]] = defaultdict(set)
    disjoint: list[tuple[str, str]] = []
    for subject, predicate, term in reasoner.reason():
        if str(predicate) == RDF_TYPE:
            classes[str(subject)].add(str(term))
        elif str(predicate) == OWL.disjointWith:
            disjoint.append((str(subject), str(term)))
    assert disjoint, "the ontology says that some classes are disjoint"
    found = [f"{name} is nothing" for name, kinds in classes.items() if OWL.Nothing in kinds]
    found += [
        f"{name} is {one} and {other}"
        for one, other in disjoint
        for name, kinds in classes.items()
        if one in kinds and other in kinds
    ]
    values: dict[tuple[str, str], set[Literal]] = defaultdict(set)
    for subject, predicate, value in stated:
        if isinstance(value, Literal) and OWL.FunctionalProperty in classes[predicate]:
            values[subject, predicate].add(value)
    found += [f"{name[0]} has several {name[1]}" for name, several in values.items() if len(several) > 1]
    return sorted(found)


def shares(view: Graph, size: int) -> Iterator[list[Triple]]:
    """Share the registry out by what is described, about `size` statements each, as the reasoner keeps 30 kB of each.

    Every share has the ontology, and the classes of all that it links, so that what follows of these is seen in it.
    """
    ontology: list[Triple] = []
    described: dict[str, list[Triple]] = defaultdict(list)
    for triple in view:
        whole = triple[0].partition("#")[0]
        if f"{whole}#" == str(MIR) or not whole.startswith(DEFAULT_BASE):
            ontology.append(triple)
        else:
            described[whole].append(triple)
    share: list[Triple] = []
    for number, whole in enumerate(sorted(described), start=1):
        share += described[whole]
        if len(share) >= size or number == len(described):
            own = {subject for subject, _, _ in share}
            linked = {str(term) for _, _, term in share if isinstance(term, Iri)} - own
            classes = [(Iri(iri), Iri(RDF_TYPE), Iri(kind)) for iri in sorted(linked) for kind in view.types(iri)]
            yield [*ontology, *share, *classes]
            share = []


@pytest.mark.slow
def test_the_merged_registry_contradicts_nothing(dataset: Dataset, tmp_path: Path) -> None:
    """Entries, parts, ledger, schemes, mappings and classifications, all of them, a share at a time."""
    stated = 0
    for share in shares(dataset.view, 40_000):
        stated += len(share)
        assert contradictions(share, tmp_path) == []
    assert stated >= sum(1 for _ in dataset.view)


def test_contradictions_are_found(tmp_path: Path) -> None:
    """A model that is an operation by way of a sub-class, and a functional property with two values."""
    ontology = parse_turtle((ROOT / "ontology" / "mir.ttl").read_bytes(), DEFAULT_BASE, "mir.ttl")
    both = Iri(f"{DEFAULT_BASE}model/unet/both")
    wrong = [
        (both, Iri(RDF_TYPE), Iri(MIR.Adapter)),
        (both, Iri(RDF_TYPE), Iri(MIR.Scheduler)),
        (both, Iri(MIR.parameterCount), Literal("1")),
        (both, Iri(MIR.parameterCount), Literal("2")),
    ]
    found = contradictions([*ontology, *wrong], tmp_path)
    assert any(f"{both} is " in line for line in found)
    assert f"{both} has several {MIR.parameterCount}" in found

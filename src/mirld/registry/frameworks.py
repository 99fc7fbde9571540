"""The lists of a published framework that a model can be gone through by, into values."""

from __future__ import annotations

from mirld.graph.dataset import Dataset, Graph
from mirld.graph.terms import Iri
from mirld.registry.values import Criterion, Frameworks, Ref
from mirld.vocab import MIR, SKOS


def read_frameworks(dataset: Dataset) -> Frameworks:
    """Read the OECD's criteria of 2022 and NIST's activities; empty in a registry that has none of them."""
    view, base = dataset.view, dataset.base
    criteria = [
        Criterion(
            iri=criterion,
            code=view.text(criterion, SKOS.notation) or "",
            label=_label(view, criterion),
            dimension=_label(view, dimension),
            subject=(view.text(criterion, MIR.criterionSubject) or "").rpartition("/")[2],
            unverified=view.text(criterion, MIR.unverified) == "true",
        )
        for dimension in _in_order(view, f"{base}vocab/oecd-class", SKOS.topConceptOf)
        for criterion in _in_order(view, dimension, SKOS.broader)
    ]
    activities = _in_order(view, f"{base}vocab/nist-ai-use", SKOS.topConceptOf)
    return Frameworks(criteria=tuple(criteria), activities=tuple(Ref(each, _label(view, each)) for each in activities))


def _in_order(view: Graph, above: str, link: str) -> list[Iri]:
    """Concepts that stand below another or at the top of a scheme, as the publication lists them."""
    found = [subject for subject, predicate in view.incoming(above) if predicate == link]
    return sorted(found, key=lambda each: (int(view.text(each, MIR.order) or 0), each))


def _label(view: Graph, iri: str) -> str:
    return view.text(iri, SKOS.prefLabel) or iri.rpartition("/")[2]

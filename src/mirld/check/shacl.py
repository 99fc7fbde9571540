"""SHACL over a merged view: the compiled shapes prove what they can, pySHACL decides on the rest.

The report is pySHACL's: a node that is proven would give no result, every other node is shown to pySHACL with all it
could look at. pySHACL and rdflib are imported only when some node needs them.
"""

from __future__ import annotations

import decimal
import logging
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mirld.check.shapes import Shapes, Test, compile_tests
from mirld.graph.dataset import Graph
from mirld.graph.ntriples import write_ntriples
from mirld.graph.terms import Iri, Literal, Term, Triple
from mirld.vocab import RDF_TYPE, RDFS, SH

if TYPE_CHECKING:
    import rdflib

_SUBCLASS = RDFS.subClassOf


class Result(NamedTuple):
    """One sh:ValidationResult; IRIs as strings, `value` None when the result names none."""

    focus: str
    shape: str
    component: str
    path: str | None
    value: Term | None
    severity: str
    messages: tuple[str, ...]


def validate(view: Graph, shapes: Shapes, *, focus: Iterable[str] | None = None) -> list[Result]:
    """Validate a view, or only the subjects in `focus`, and return pySHACL's results, sorted."""
    wanted = None if focus is None else frozenset(focus)
    if shapes.beyond:
        results = run_pyshacl(view, shapes)
        return results if wanted is None else [result for result in results if result.focus in wanted]
    doubts = Prover(view, shapes).doubts(wanted)
    if not doubts:
        return []
    return run_pyshacl(view, shapes, doubts)


class Prover:
    """The compiled shapes over one view."""

    def __init__(self, view: Graph, shapes: Shapes) -> None:
        self._view = view
        self._shapes = shapes
        self._above = _Superclasses(view)
        self._members: dict[str, set[str]] = {}
        for subject in view.subjects():
            for kind in view.types(subject):
                self._members.setdefault(kind, set()).add(subject)
        self._instances: dict[str, frozenset[str]] = {}
        self._tests: dict[str, dict[str | None, list[Test]]] = {}
        self._needed: dict[str, tuple[str | None, ...]] = {}
        for shape in shapes.nodes:
            tests: dict[str | None, list[Test]] = {}
            for inner in shape.properties:
                tests.setdefault(inner.path, []).extend(compile_tests(inner, self._instances_of))
            self._tests[shape.iri] = tests
            # Only these have anything to say when there is no value; the others are asked only where there is one.
            self._needed[shape.iri] = tuple(
                path for path, found in tests.items() if not all(test(()) for test in found)
            )
        self._plans: dict[frozenset[str], list[str]] = {}

    def _instances_of(self, name: str) -> frozenset[str]:
        found = self._instances.get(name)
        if found is None:
            below = [kind for kind in self._members if name in self._above(kind)]
            found = self._instances[name] = frozenset().union(*(self._members[kind] for kind in below))
        return found

    def doubts(self, focus: frozenset[str] | None = None) -> dict[str, list[str]]:
        """Return, for each shape, its focus nodes that are not proven to conform, sorted."""
        found: dict[str, list[str]] = {}
        named = [(node, shape.iri) for shape in self._shapes.nodes for node in shape.nodes]
        for subject in sorted(self._view.subjects() if focus is None else focus):
            plan = self._plan(frozenset(self._view.types(subject)))
            values = self._values(subject) if plan else {}
            for shape in plan:
                if not self._proves(shape, values):
                    found.setdefault(shape, []).append(subject)
        for node, shape in named:
            asked = (focus is None or node in focus) and node not in found.get(shape, ())
            if asked and not self._proves(shape, self._values(node)):
                found.setdefault(shape, []).append(node)
        return found

    def _plan(self, types: frozenset[str]) -> list[str]:
        plan = self._plans.get(types)
        if plan is None:
            above = {kind for name in types for kind in self._above(name)}
            plan = self._plans[types] = [shape.iri for shape in self._shapes.nodes if above & set(shape.classes)]
        return plan

    def _values(self, subject: str) -> dict[str | None, list[Term]]:
        """Return the values of a subject by path; without one, the subject itself."""
        values: dict[str | None, list[Term]] = {None: [Iri(subject)]}
        for predicate, term in self._view.pairs(subject):
            if predicate in values:
                values[predicate].append(term)
            else:
                values[predicate] = [term]
        return values

    def _proves(self, shape: str, values: Mapping[str | None, Sequence[Term]]) -> bool:
        for path in self._needed[shape]:
            if path not in values:
                return False
        tests = self._tests[shape]
        for path, terms in values.items():
            for test in tests.get(path, ()):
                if not test(terms):
                    return False
        return True


class _Superclasses:
    """A class and all above it, as far as the data states rdfs:subClassOf."""

    def __init__(self, view: Graph) -> None:
        self._direct: dict[str, list[str]] = {}
        for subject, predicate, term in view:
            if predicate == _SUBCLASS and isinstance(term, Iri):
                self._direct.setdefault(subject, []).append(term)
        self._known: dict[str, frozenset[str]] = {}

    def __call__(self, name: str) -> frozenset[str]:
        found = self._known.get(name)
        if found is None:
            reached = {name}
            waiting = [name]
            while waiting:
                for above in self._direct.get(waiting.pop(), ()):
                    if above not in reached:
                        reached.add(above)
                        waiting.append(above)
            found = self._known[name] = frozenset(reached)
        return found


def run_pyshacl(view: Graph, shapes: Shapes, doubts: Mapping[str, Iterable[str]] | None = None) -> list[Result]:
    """Let pySHACL validate a whole view, or only the focus nodes named for each shape, with all they look at."""
    import pyshacl
    import rdflib

    rules = rdflib.Graph().parse(data=shapes.ntriples, format="nt")
    if doubts is None:
        triples: Iterable[Triple] = view
    else:
        triples = _surroundings(view, {node for found in doubts.values() for node in found})
        # The same shapes, aimed at the nodes in doubt alone.
        for target in (SH.targetClass, SH.targetNode):
            rules.remove((None, rdflib.URIRef(target), None))
        for shape, found in doubts.items():
            for node in found:
                rules.add((rdflib.URIRef(shape), rdflib.URIRef(SH.targetNode), rdflib.URIRef(node)))
    # rdflib logs and warns about every ill-typed literal it reads; the report says it in one line.
    logging.getLogger("rdflib.term").setLevel(logging.ERROR)
    with warnings.catch_warnings(), decimal.localcontext() as context:
        warnings.simplefilter("ignore")
        data = rdflib.Graph().parse(data=write_ntriples(triples), format="nt")
        # rdflib takes "NaN" for an xsd:decimal; it is neither more nor less than a bound, and that is no error.
        context.traps[decimal.InvalidOperation] = False
        _, report, _ = pyshacl.validate(data, shacl_graph=rules)
        return _results(report)


def _surroundings(view: Graph, nodes: Iterable[str]) -> list[Triple]:
    """Return what a constraint of the compiled kinds can look at: the nodes' triples, the classes of what they link."""
    found: list[Triple] = [triple for triple in view if triple[1] == _SUBCLASS]
    kept = frozenset(nodes)
    linked = {
        term for node in kept for _, term in view.pairs(node) if not isinstance(term, Literal) and term not in kept
    }
    for node in sorted(kept):
        found += [(Iri(node), predicate, term) for predicate, term in view.pairs(node)]
    for node in sorted(linked):
        found += [(Iri(node), Iri(RDF_TYPE), kind) for kind in view.types(node)]
    return found


def _results(report: object) -> list[Result]:
    import rdflib

    if not isinstance(report, rdflib.Graph):
        raise TypeError(f"pySHACL gave no report but {report!r}")
    results = []
    for node in report.subjects(rdflib.RDF.type, rdflib.URIRef(SH.ValidationResult)):
        said: dict[str, list[rdflib.term.Node]] = {}
        for predicate, term in report.predicate_objects(node):
            said.setdefault(str(predicate), []).append(term)
        paths, values = said.get(SH.resultPath), said.get(SH.value)
        results.append(
            Result(
                str(said[SH.focusNode][0]),
                _name(said[SH.sourceShape][0]),
                str(said[SH.sourceConstraintComponent][0]),
                _name(paths[0]) if paths else None,
                _term(values[0]) if values else None,
                str(said[SH.resultSeverity][0]),
                tuple(sorted(str(message) for message in said.get(SH.resultMessage, ()))),
            )
        )
    return sorted(results, key=_order)


def _name(node: rdflib.term.Node) -> str:
    """Return an IRI; a blank node, whose label changes with every run, is called `_:`."""
    import rdflib

    return "_:" if isinstance(node, rdflib.BNode) else str(node)


def _order(result: Result) -> tuple[str, ...]:
    return (
        result.focus,
        result.shape,
        result.component,
        result.path or "",
        repr(result.value),
        result.severity,
        *result.messages,
    )


def _term(node: rdflib.term.Node) -> Term:
    import rdflib

    if isinstance(node, rdflib.Literal):
        if node.language:
            return Literal(str(node), str(rdflib.RDF.langString), node.language)
        return Literal(str(node), str(node.datatype or rdflib.XSD.string))
    return Iri(str(node))

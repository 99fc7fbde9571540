"""All checks, over a loaded corpus or over some of its resources: shapes, lint, ledger, form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from mirld.check import ledger, lint, parameters, proofs
from mirld.check.findings import Finding, Report, Severity
from mirld.check.form import canonical
from mirld.check.places import Places
from mirld.check.scope import Everything, Problem, Scope, Words
from mirld.check.shacl import Result, validate
from mirld.check.shapes import Shapes
from mirld.errors import InputError
from mirld.graph.corpus import Corpus, CorpusFile
from mirld.graph.dataset import Dataset
from mirld.graph.terms import Iri, Literal, Triple
from mirld.graph.turtle import TurtleWriter, write_turtle
from mirld.vocab import DEFAULT_BASE, MIRS, SH

_SEVERITIES: dict[str, Severity] = {SH.Violation: "violation", SH.Warning: "warning", SH.Info: "info"}
_RULES = (*lint.RULES, ledger.names, parameters.settings)


def check(corpus: Corpus, dataset: Dataset, shapes: Shapes, *, everything: bool = True) -> Report:
    """Check all of a loaded corpus.

    Without `everything`, only what a build must know: the form of files, the proofs of signatures, and what is only
    worth knowing, are left out.
    """
    scope = Scope(dataset, Words.of(dataset, shapes), Everything(dataset.view), own_files(corpus))
    wholes = group(dataset.view.subjects())
    problems = list(judge(scope, wholes, shapes))
    problems += lint.cycles(lineage(dataset))
    if everything:
        problems += proofs.judged(proofs.Proofs.of(dataset))
    else:
        problems = [problem for problem in problems if problem.severity != "info"]
    findings = located(problems, corpus.files, dataset)
    if everything:
        findings += forms(corpus.files, dataset)
    return Report.of(findings, len(wholes))


def own_files(corpus: Corpus) -> frozenset[str]:
    """Names of the files that are no overlay."""
    return frozenset(file.name for file in corpus.files if not file.is_overlay)


def group(subjects: Iterable[str]) -> dict[str, list[str]]:
    """Group subjects by the resource that they are, or are a part of."""
    found: dict[str, list[str]] = {}
    for subject in subjects:
        found.setdefault(subject.partition("#")[0], []).append(subject)
    return found


def judge(scope: Scope, wholes: Mapping[str, Sequence[str]], shapes: Shapes) -> Iterator[Problem]:
    """Find what is wrong with some resources of `scope.view`: shapes and rules, cycles left aside."""
    focus = [subject for subjects in wholes.values() for subject in subjects]
    results = validate(scope.view, shapes, focus=focus)
    reported = set()
    for result in results:
        reported.add((result.focus, result.path, result.value))
        yield _problem(result, scope)
    for whole, subjects in wholes.items():
        for rule in _RULES:
            for problem in rule(scope, whole, subjects):
                # A shape that asks for a class says of a link that leads nowhere what is wanted there.
                if (problem.subject, problem.predicate, problem.value) not in reported or problem.value is None:
                    yield problem
    yield from _outvoted(scope, wholes)


def _problem(result: Result, scope: Scope) -> Problem:
    message = "; ".join(result.messages) or f"it does not keep to {result.component.rpartition('#')[2]}"
    value = result.value
    if isinstance(value, Iri) and value.startswith(scope.base) and not scope.around.knows(value):
        near = scope.around.near(value)
        message += f"; did you mean <{near.removeprefix(scope.base)}>?" if near else ""
    return Problem(
        code=result.shape.replace(str(MIRS), "mirs:"),
        severity=_SEVERITIES.get(result.severity, "violation"),
        message=message,
        subject=result.focus,
        predicate=result.path,
        value=result.value,
    )


def _outvoted(scope: Scope, wholes: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    dataset = scope.dataset
    for graph, (subject, predicate, term) in dataset.outvoted:
        if subject.partition("#")[0] in wholes:
            source = dataset.sources[graph] or graph
            message = f"{source.rpartition('/')[2]} gives another {lint.prefixed(predicate)} than what ranks first"
            yield Problem("lint:outvoted", "info", message, subject, predicate, term)


def lineage(dataset: Dataset) -> list[tuple[str, str, str]]:
    """Return (property, subject, object) of every link whose chains must end, sorted."""
    wanted = frozenset(lint.LINEAGE)
    return sorted(
        (str(predicate), str(subject), str(term))
        for subject, predicate, term in dataset.view
        if predicate in wanted and not isinstance(term, Literal)
    )


def located(problems: Iterable[Problem], files: Sequence[CorpusFile], dataset: Dataset) -> list[Finding]:
    """Give every problem the file and line it is about."""
    places = Places({file.name: file for file in files}, dataset)
    writer = TurtleWriter(dataset.base)
    found = []
    for problem in problems:
        place = places.of(problem.subject, problem.predicate, problem.value)
        found.append(
            Finding(
                code=problem.code,
                severity=problem.severity,
                message=problem.message,
                subject=problem.subject,
                file=place.file,
                line=place.line,
                value=None if problem.value is None else writer.term(problem.value),
            )
        )
    return found


def forms(
    files: Iterable[CorpusFile], dataset: Dataset, triples_of: Callable[[str], Sequence[Triple]] | None = None
) -> list[Finding]:
    """Report data files that are not in the one form, and those that hold comments.

    `triples_of` gives what a file of a name says, where `dataset` holds only a part of it.
    """
    graphs = {name: graph for graph, name in dataset.files.items()}
    found = []
    for file in files:
        if file.source is None or file.is_overlay:
            continue
        triples = triples_of(file.name) if triples_of else dataset.graphs[graphs[file.name]]
        finding = _form(file, triples if dataset.base == DEFAULT_BASE else None)
        if finding is not None:
            found.append(finding)
    return found


def _form(file: CorpusFile, triples: Sequence[Triple] | None) -> Finding | None:
    data = file.read()
    if triples is not None and write_turtle(triples, DEFAULT_BASE).encode() == data:
        return None
    message, line = "the file is not in the form that data files have: run mirld fmt", None
    try:
        if canonical(data, file.name) == data:
            return None
    except InputError as error:
        message, line = f"{error.message}: {error.hint}", error.line
    return Finding(code="lint:form", severity="warning", message=message, file=file.name, line=line)

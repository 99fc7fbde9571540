"""Classes of a library as triples: a resource a class, and a definition of a parameter once for all that share it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from mirld.grammar import escape
from mirld.graph.terms import Iri, Term, Triple, literal, text
from mirld.harvest.facts import concept
from mirld.harvest.library_classes.definitions import Definition
from mirld.harvest.library_classes.inheriting import Stated
from mirld.vocab import DCTERMS, DEFAULT_BASE, MIR, RDF_TYPE, RDFS_LABEL


@dataclass(frozen=True, slots=True)
class Library:
    """A library at one version; `page` is the address of its files, to which a path and a line are added."""

    name: str
    version: str
    page: str

    def class_iri(self, name: str) -> Iri:
        """IRI of the resource of a class."""
        return Iri(f"{DEFAULT_BASE}library/{self.name}/class/{escape(name.lower())}")

    def index_iri(self, name: str) -> Iri:
        """IRI of the resource that holds the definitions of a parameter."""
        return Iri(f"{DEFAULT_BASE}library/{self.name}/parameter/{name[0].lower()}")

    def definition_iri(self, definition: Definition) -> Iri:
        """IRI of a definition."""
        return Iri(f"{self.index_iri(definition.name)}#{definition.name}-{definition.digest}")


def triples_of(
    library: Library, classes: Iterable[Stated], configures: Mapping[str, Iterable[str]]
) -> dict[str, list[Triple]]:
    """State classes and what they define, by the file it goes to; `configures` are class names by class name."""
    definitions: dict[Iri, Definition] = {}
    units: dict[Iri, set[str]] = defaultdict(set)
    of_classes: list[Triple] = []
    for stated in sorted(classes, key=lambda each: each.found.name):
        found, iri = stated.found, library.class_iri(stated.found.name)
        said: list[tuple[str, Term]] = [
            (RDF_TYPE, Iri(MIR.LibraryClass)),
            (RDFS_LABEL, text(found.name, "en")),
            (MIR.className, literal(found.name)),
            (MIR.library, literal(library.name)),
            (MIR.libraryVersion, literal(f"=={library.version}")),
            (MIR.modulePath, literal(found.dotted)),
            (DCTERMS.source, Iri(f"{library.page}{found.module.path}#L{found.node.lineno}")),
        ]
        said += [(MIR.extends, library.class_iri(above.name)) for above in stated.extends]
        said += [(MIR.open, concept("phase", phase)) for phase in stated.is_open]
        said += [(MIR.configures, literal(name)) for name in configures.get(found.name, ())]
        for definition in stated.own:
            part = library.definition_iri(definition)
            said.append((MIR.parameter, part))
            if definitions.setdefault(part, definition) != definition:
                raise AssertionError(f"two definitions have the name {part}")
            units[part] |= {definition.unit} if definition.unit else set()
        of_classes += [(iri, Iri(predicate), term) for predicate, term in said]
    agreed = {
        part: replace(definition, unit=next(iter(units[part])) if len(units[part]) == 1 else None)
        for part, definition in definitions.items()
    }
    return {"classes": of_classes, "parameters": _defined(library, agreed)}


def _defined(library: Library, definitions: Mapping[Iri, Definition]) -> list[Triple]:
    result: list[Triple] = []
    for part, definition in sorted(definitions.items()):
        whole = library.index_iri(definition.name)
        said: list[tuple[Iri, str, Term | None]] = [
            (whole, RDF_TYPE, Iri(MIR.ParameterIndex)),
            (whole, RDFS_LABEL, text(f"{library.name}: {definition.name[0].lower()}", "en")),
            (whole, MIR.library, literal(library.name)),
            (whole, MIR.libraryVersion, literal(f"=={library.version}")),
            (whole, MIR.parameter, part),
            (part, RDF_TYPE, Iri(MIR.Parameter)),
            (part, MIR.parameterName, literal(definition.name)),
            (part, MIR.phase, concept("phase", definition.phase)),
            (part, MIR.valueType, literal(definition.type) if definition.type else None),
            (part, MIR.defaultValue, definition.default),
            (part, MIR.minimum, definition.minimum),
            (part, MIR.maximum, definition.maximum),
            (part, MIR.unit, literal(definition.unit) if definition.unit else None),
            *[(part, MIR.allowedValue, each) for each in definition.allowed],
        ]
        result += [(subject, Iri(predicate), term) for subject, predicate, term in said if term is not None]
    return list(dict.fromkeys(result))

"""What an entry and its parts are: frozen values, no RDF.

`iri` is always absolute. `sources` are the IRIs a part cites itself; what an entry's own properties rest on is in its
`evidence`. Text is as authored; a property nobody stated is None or an empty tuple.

Annotations are values here: as texts, each would be compiled whenever the classes are made, which takes 4 ms.
"""

from typing import NamedTuple

from mirld.ids import MirId

Value = str | int | float | bool | list[object] | dict[str, object]
"""A setting's value: a number, a truth, a text, or the JSON list or object it was authored as."""


class Ref(NamedTuple):
    """A named thing: its IRI and the label to show."""

    iri: str
    label: str


class Digest(NamedTuple):
    """A digest: the local name of its property (`fileSha256`, `layer256`, …) and lower-case hexadecimal digits."""

    kind: str
    value: str


class Repository(NamedTuple):
    """Where a release is published."""

    iri: str
    host: str
    name: str
    revision: str | None = None
    purl: str | None = None
    air: str | None = None
    page: str | None = None
    sources: tuple[str, ...] = ()


class File(NamedTuple):
    """One published file; `size` in bytes; `variant` names the variant of the entry it holds, such as `8step`."""

    iri: str
    name: str | None = None
    size: int | None = None
    format: Ref | None = None
    precision: Ref | None = None
    layout: Ref | None = None
    variant: str | None = None
    comment: str | None = None
    download: str | None = None
    repository: str | None = None
    digests: tuple[Digest, ...] = ()
    sources: tuple[str, ...] = ()


class Layout(NamedTuple):
    """Names, shapes and types of tensors as one release lays them out; says nothing of the weights."""

    iri: str
    convention: Ref | None = None
    precision: Ref | None = None
    comment: str | None = None
    digests: tuple[Digest, ...] = ()
    sources: tuple[str, ...] = ()


class Loader(NamedTuple):
    """How a library loads the entry: a class, or a method (`call`) of a pipeline.

    `schedulers` are those that it is meant to be used with, by IRI; `precision_by` are the IRIs of the sources that
    state the precision to load in.
    """

    iri: str
    library: str
    version: str | None = None
    class_name: str | None = None
    module: str | None = None
    call: str | None = None
    order: int = 0
    precision: Ref | None = None
    schedulers: tuple[Ref, ...] = ()
    sources: tuple[str, ...] = ()
    precision_by: tuple[str, ...] = ()


class Outvoted(NamedTuple):
    """A value that a source lower in rank states in the place of another: `by` are the IRIs of those sources."""

    value: Value
    by: tuple[str, ...]


class Setting(NamedTuple):
    """A value that the entry wants for a parameter; `phase` is load, init or call; `applies_to` holds IRIs.

    `stated_by` are the IRIs of the sources that state it, also where it cites no page; `outvoted` is what others say.
    """

    iri: str
    parameter: str
    value: Value
    datatype: str
    phase: str | None = None
    unit: str | None = None
    applies_to: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    stated_by: tuple[str, ...] = ()
    outvoted: tuple[Outvoted, ...] = ()


class Parameter(NamedTuple):
    """A parameter as a loader or scheduler defines it, at one version of its library.

    `phase` is load, init or call; `call` the method that takes it, where that is not the constructor. `is_optional`
    says that a default is stated, which may be None.
    """

    iri: str
    name: str
    phase: str | None = None
    call: str | None = None
    type: str | None = None
    default: Value | None = None
    is_optional: bool = False
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] = ()
    unit: str | None = None
    version: str | None = None
    sources: tuple[str, ...] = ()


class LibraryClass(NamedTuple):
    """A class of a library, and what it takes itself; the classes it `extends` (IRIs) take more.

    `open_phases` are those in which it takes any name; `configures` names the classes that are constructed from it.
    """

    iri: str
    library: str
    name: str
    version: str | None = None
    module: str | None = None
    extends: tuple[str, ...] = ()
    open_phases: tuple[str, ...] = ()
    configures: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    sources: tuple[str, ...] = ()


class ModuleLayout(NamedTuple):
    """What modules a network has: each a name, where {a-b} is each number from a to b, with its sizes.

    `networks` are the series and releases that have it, in the part that is its role.
    """

    iri: str
    label: str
    role: str
    convention: Ref | None = None
    networks: tuple[Ref, ...] = ()
    modules: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class Component(NamedTuple):
    """A part that a pipeline is made of: an entry of the registry, or only the class its source names."""

    iri: str
    role: str
    entry: Ref | None = None
    class_name: str | None = None
    library: str | None = None
    sources: tuple[str, ...] = ()


class Compatibility(NamedTuple):
    """A statement that `subject` fits `object` or does not: kind and verdict are concepts."""

    iri: str
    subject: Ref
    object: Ref
    kind: Ref
    verdict: Ref
    sources: tuple[str, ...] = ()


class Trait(NamedTuple):
    """A measure that decides what works with an entry, such as the channels of its latents; `kind` is a concept."""

    iri: str
    kind: Ref
    value: Value
    sources: tuple[str, ...] = ()


class Evidence(NamedTuple):
    """What supports which properties (IRIs) of an entry."""

    iri: str
    supports: tuple[str, ...]
    sources: tuple[str, ...]
    locator: str | None = None
    confidence: Ref | None = None


class Classification(NamedTuple):
    """What an entry is by one criterion or list of a published framework.

    `mode` is asserted, supports, to-consider or not-known; `concept` is None exactly for the last. What follows from
    `rules` has `grounds`; what was declared by hand has `sources` and a `confidence`. `unverified` says that the
    criterion or the answer is only recalled from the publication.
    """

    iri: str
    scheme: Ref
    criterion: Ref
    concept: Ref | None
    mode: str
    unverified: bool = False
    rules: tuple[Ref, ...] = ()
    grounds: tuple[Ref, ...] = ()
    sources: tuple[str, ...] = ()
    confidence: Ref | None = None


class Entry(NamedTuple):
    """One entry of the registry: `types` are local names of its classes, `sources` the sources that describe it."""

    id: MirId
    iri: str
    label: str
    types: tuple[str, ...]
    description: str | None = None
    other_labels: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    """Names in other schemes, each `scheme:name`."""
    architectures: tuple[Ref, ...] = ()
    publishers: tuple[Ref, ...] = ()
    licences: tuple[Ref, ...] = ()
    issued: str | None = None
    homepages: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    parameter_count: int | None = None
    tasks: tuple[Ref, ...] = ()
    task_classes: tuple[str, ...] = ()
    input_modalities: tuple[Ref, ...] = ()
    output_modalities: tuple[Ref, ...] = ()
    precision: Ref | None = None
    repositories: tuple[Repository, ...] = ()
    example_repositories: tuple[str, ...] = ()
    """Package URLs of repositories that a library names as examples of a series."""
    files: tuple[File, ...] = ()
    layouts: tuple[Layout, ...] = ()
    loaders: tuple[Loader, ...] = ()
    settings: tuple[Setting, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    components: tuple[Component, ...] = ()
    compatibilities: tuple[Compatibility, ...] = ()
    traits: tuple[Trait, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    derived_from: tuple[tuple[str, Ref], ...] = ()
    """(local name of the property, entry): fineTunedFrom, quantizedFrom, mergedFrom, distilledFrom, variantOf, and
    derivedFrom where no source says how."""
    adapter_for: tuple[Ref, ...] = ()
    key_fragments: tuple[str, ...] = ()
    tensor_counts: tuple[int, ...] = ()
    tensor_shapes: tuple[str, ...] = ()
    classifications: tuple[Classification, ...] = ()
    """Declared ones; those that rules give as well, when the dataset was classified."""
    sources: tuple[Ref, ...] = ()

    @property
    def digests(self) -> tuple[tuple[Digest, str], ...]:
        """Every digest of the entry's files and layouts with the IRI of the part it belongs to."""
        parts: tuple[File | Layout, ...] = (*self.files, *self.layouts)
        return tuple((digest, part.iri) for part in parts for digest in part.digests)


class LedgerRecord(NamedTuple):
    """One id that was ever published: `state` is current, alias, replaced or withdrawn; dates are ISO 8601."""

    iri: str
    text: str
    state: str
    targets: tuple[str, ...] = ()
    first_seen: str | None = None
    last_seen: str | None = None
    reason: str | None = None
    sources: tuple[str, ...] = ()


class Source(NamedTuple):
    """One source of facts, with what was read of it and under which licence."""

    iri: str
    title: str
    description: str | None = None
    licences: tuple[Ref, ...] = ()
    pages: tuple[str, ...] = ()
    revision: str | None = None
    version: str | None = None
    retrieved: str | None = None
    confidence: Ref | None = None
    rank: int | None = None


class Concept(NamedTuple):
    """A concept of a scheme: an architecture, a task, a precision, a kind of compatibility, a phase.

    `scheme` and `broader` are IRIs. `properties` holds all else that is said of it, as (IRI of the property, text).
    """

    iri: str
    label: str
    scheme: str | None = None
    notation: str | None = None
    definition: str | None = None
    other_labels: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()


class Criterion(NamedTuple):
    """One criterion of the OECD's framework: `subject` is what can answer it, model, data, system or deployment."""

    iri: str
    code: str
    label: str
    dimension: str
    subject: str
    unverified: bool


class Frameworks(NamedTuple):
    """The lists that a card goes through: the OECD's criteria and NIST's activities, each in its order."""

    criteria: tuple[Criterion, ...]
    activities: tuple[Ref, ...]

"""What entries say of each other, and what an entry inherits: from its series, from what it was made of.

    statement   one entry, a kind, another entry, and whether it holds: stated as such, or by a component, a loader …
    ancestor    what an entry takes after, with the steps to it: what is said of the ancestor is said of the entry

A step along a series, a variant or an equal layout hands on everything. A step along the same architecture or a
fine-tune hands on only what is about layers: adapters, and who is built alike.
"""

# Annotations are values here, for as texts each would be compiled whenever the named tuples are made.

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import wraps
from itertools import islice
from operator import itemgetter
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar, cast

from mirld.ids import MirId
from mirld.lookup.compatibility import Verdict, as_verdict
from mirld.lookup.compatibility_kinds import (
    ADAPTER,
    ARCHITECTURE,
    COMPONENT,
    EXCHANGE,
    LAYOUT,
    RELEASE,
    SCHEDULER,
    SOURCE,
    VARIANT,
    Kinds,
)
from mirld.registry import briefs
from mirld.registry.briefs import Brief, Said
from mirld.registry.index import Index, Name, marks, portions
from mirld.registry.rows import load
from mirld.registry.values import Concept, Entry

Rest = ParamSpec("Rest")
Answer = TypeVar("Answer")

_FARTHEST = 60  # ranks of all steps together: about four steps
_MANY = 2_000  # entries that link one, which are read for what they say of it


class Statement(NamedTuple):
    """One entry (IRI), a kind (token), another entry (IRI), and whether it holds."""

    kind: str
    subject: str
    object: str
    verdict: Verdict
    sources: tuple[str, ...] = ()


class Ancestor(NamedTuple):
    """An entry that another takes after: what the steps to it weigh, what they are, and whether only layers count."""

    entry: Brief
    weight: int = 0
    steps: tuple[str, ...] = ()
    layers_only: bool = False


class Knowledge:
    """What the index says, put as these questions need it; each entry is read once."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.kinds = Kinds.of(self.concepts(), index.base)
        self._entries: dict[str, Entry | None] = {}
        self._briefs: dict[str, Brief | None] = {}
        self._statements: dict[str, tuple[Statement, ...]] = {}
        self._said_of: dict[str, tuple[Statement, ...]] = {}
        self._ancestors: dict[str, tuple[Ancestor, ...]] = {}
        self._links: dict[str, list[tuple[str, Name]]] = {}
        self.found: dict[tuple[object, ...], object] = {}
        """What was found out of entries already, by question (see `remembered`)."""

    def concepts(self) -> list[Concept]:
        """Return the concepts of the scheme of kinds."""
        return self._index.concepts("vocab/compatibility")

    @property
    def base(self) -> str:
        """IRI that entries are named under."""
        return self._index.base

    def entry(self, iri: str) -> Entry | None:
        """Return the entry of an IRI, or None."""
        if iri not in self._entries:
            self._entries[iri] = self._index.entry_at(iri)
        return self._entries[iri]

    def brief(self, iri: str) -> Brief | None:
        """Return the entry of an IRI in brief, or None."""
        if iri not in self._briefs:
            name = self._index.id_at(iri)
            self._briefs[iri] = _brief_of(self._index, name) if name is not None else None
        return self._briefs[iri]

    def series(self, entry: Entry | Brief) -> Brief | None:
        """Return the series that an entry is a release of; None for a series."""
        return None if entry.id.domain == "info" else self.brief(entry.id.series_id.iri(self.base))

    def releases(self, series: Entry | Brief) -> Iterator[Entry]:
        """Give the releases of a series, sorted by id."""
        if series.id.domain == "info":
            yield from self._of(self._index.among(series=str(series.id)))

    def linking(self, entry: Entry | Brief, *by: str) -> Iterator[Entry]:
        """Give the entries that link one by any of some names, each once, sorted by id."""
        yield from self._of(self._linking(entry, by))

    def saying(self, entry: Entry | Brief, *by: str) -> Iterable[Brief]:
        """Give the same in brief."""
        names = list(islice(self._linking(entry, by), _MANY))
        known = {found.iri: found for found in _briefs_of(self._index, (name.n for name in names))}
        self._briefs.update(known)
        return known.values()

    def _linking(self, entry: Entry | Brief, by: Sequence[str]) -> dict[Name, None]:
        if entry.iri not in self._links:
            self._links[entry.iri] = self._index.linking(entry.id)
        return {name: None for how, name in self._links[entry.iri] if how in by}

    def searched(self) -> Iterator[Entry]:
        """Give the entries that may fit though nobody names them: those of kinds whose traits can say yes."""
        for architecture in self.searched_architectures():
            yield from self._of(name for name in self._index.among(architecture=architecture))

    def searched_architectures(self) -> list[str]:
        """Return the tokens of the architectures that such entries are of, sorted."""
        kinds = [
            kind for kind in self.kinds.below(COMPONENT) if any(t.when_equal for t in self.kinds.traits(kind.token))
        ]
        return sorted({name for kind in kinds for name in kind.stated_by} | {"precision"})

    def _of(self, names: Iterable[Name]) -> Iterator[Entry]:
        for _, name in zip(range(_MANY), names, strict=False):
            found = self.entry(MirId.parse(name.id).iri(self.base))
            if found is not None:
                yield found

    def statements(self, entry: Entry | Brief) -> tuple[Statement, ...]:
        """Return what an entry says of itself and others, each once with all its sources."""
        known = self._statements.get(entry.iri)
        if known is None:
            brief = entry if isinstance(entry, Brief) else self.brief(entry.iri)
            said = () if brief is None else _merged(_statements(brief, self.kinds))
            known = self._statements[entry.iri] = said
        return known

    def said_of(self, entry: Entry | Brief) -> tuple[Statement, ...]:
        """Return what an entry says, and what those say of it that state compatibilities or are variants of it."""
        known = self._said_of.get(entry.iri)
        if known is None:
            others = self.saying(entry, "compatibility", *self.kinds[VARIANT].stated_by)
            said = [each for other in others for each in self.statements(other)]
            about = [each for each in said if entry.iri in (each.subject, each.object)]
            known = self._said_of[entry.iri] = (*self.statements(entry), *about)
        return known

    def ancestors(self, entry: Entry | Brief) -> tuple[Ancestor, ...]:
        """Return what an entry takes after, itself first, then by what the steps weigh."""
        known = self._ancestors.get(entry.iri)
        if known is None:
            brief = entry if isinstance(entry, Brief) else self.brief(entry.iri)
            known = self._ancestors[entry.iri] = () if brief is None else tuple(_ancestors(self, brief))
        return known


def _brief_of(index: Index, text: str) -> Brief | None:
    """Return the entry of a canonical id in brief, or None."""
    n = index.n_of(text)
    return _briefs_of(index, (n,))[0] if n is not None else None


def _briefs_of(index: Index, numbers: Iterable[int]) -> list[Brief]:
    """Return the entries of some numbers in brief, sorted by id."""
    rows = []
    for some in portions(sorted(set(numbers))):
        which = f"n IN ({marks(some)}) ORDER BY n"
        rows += index.rows(f"SELECT id, label, value FROM name JOIN brief USING (n) WHERE {which}", some)  # noqa: S608
    found = []
    for text, label, value in rows:
        iri = index.iri_of(text)
        found.append(load(Brief, value, base=index.base, iri=iri, first=(MirId.parse(text), iri, label)))
    return found


def remembered(
    question: Callable[Concatenate[Knowledge, Entry, Rest], Answer],
) -> Callable[Concatenate[Knowledge, Entry, Rest], Answer]:
    """Answer a question about an entry once for all that one knowledge is asked; whoever is answered only reads it."""

    @wraps(question)
    def answered(known: Knowledge, entry: Entry, /, *rest: Rest.args, **named: Rest.kwargs) -> Answer:
        key = (question, entry.iri, *rest)
        if key not in known.found:
            known.found[key] = question(known, entry, *rest, **named)
        return cast(Answer, known.found[key])

    return answered


def _statements(brief: Brief, kinds: Kinds) -> Iterator[Statement]:
    for said in brief.said:
        kind = _kind_of(said, kinds)
        if kind is not None:
            yield Statement(kind, said.subject, said.object, as_verdict(said.verdict), said.sources)


def _kind_of(said: Said, kinds: Kinds) -> str | None:
    if said.how == briefs.COMPONENT:
        return kinds.stated(said.name, COMPONENT, SCHEDULER) or COMPONENT
    if said.how == briefs.ADAPTER_FOR:
        return kinds.stated(said.name, ADAPTER) or ADAPTER
    if said.how == briefs.DERIVED:
        return kinds.stated(said.name, ARCHITECTURE, VARIANT)
    return said.name if said.how == briefs.STATED else SCHEDULER


def sources_of(entry: Entry) -> tuple[str, ...]:
    """Return the sources that describe an entry: who says what is said without a page."""
    return tuple(source.iri for source in entry.sources)


def _merged(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Give each statement once, with all that cite it: several names may state one kind."""
    found: dict[tuple[str, str, str, str], Statement] = {}
    for each in statements:
        known = found.setdefault(each[:4], each)
        if known is not each:
            found[each[:4]] = known._replace(sources=tuple(dict.fromkeys((*known.sources, *each.sources))))
    return tuple(found.values())


def _ancestors(known: Knowledge, entry: Brief) -> Iterator[Ancestor]:
    """Walk from an entry to what it takes after, lightest first; each is found once, with all if it can be."""
    waiting: list[tuple[int, int, Ancestor]] = [(0, 0, Ancestor(entry))]
    seen: set[str] = set()
    count = 0
    while waiting:
        _, _, here = waiting.pop()
        if here.entry.iri in seen:
            continue
        seen.add(here.entry.iri)
        yield here
        for there in _from(known, here):
            if there.entry.iri not in seen and there.weight <= _FARTHEST:
                count += 1
                waiting.append((-there.weight, -count, there))
        waiting.sort(key=itemgetter(0, 1))  # the lightest last


def _from(known: Knowledge, here: Ancestor) -> Iterator[Ancestor]:
    entry, kinds = here.entry, known.kinds
    if entry.id.domain == "info":
        return
    series = known.series(entry)
    if series is not None and not here.layers_only:
        yield _stepped(here, series, f"{entry.label} is a release of {series.label}", kinds[RELEASE].rank)
    said = known.said_of(entry)
    for each in said:
        is_alike = kinds.is_a(each.kind, ARCHITECTURE)
        is_same = each.kind in (LAYOUT, EXCHANGE) or kinds.is_a(each.kind, VARIANT)
        # A fine-tune inherits from what it was made of; what is alike, from each other.
        is_backwards = is_alike and kinds[each.kind].stated_by and each.subject != entry.iri
        if each.verdict != "yes" or is_backwards or not (is_alike or is_same):
            continue
        other = known.brief(each.object if each.subject == entry.iri else each.subject)
        if other is None or other.iri == entry.iri:
            continue
        if not is_same and (_is_refused(said, other.iri, kinds) or _is_of_other_size(entry, other)):
            continue
        found = _stepped(here, other, said_in_words(each, known), kinds[each.kind].rank)
        yield found if is_same else found._replace(layers_only=True)


def _stepped(here: Ancestor, there: Brief, words: str, rank: int) -> Ancestor:
    return Ancestor(there, here.weight + rank, (*here.steps, words), here.layers_only)


def _is_refused(said: Iterable[Statement], other: str, kinds: Kinds) -> bool:
    return any(
        each.verdict == "no" and kinds.is_a(each.kind, ARCHITECTURE) and other in (each.subject, each.object)
        for each in said
    )


def _is_of_other_size(entry: Brief, other: Brief) -> bool:
    """Whether both say how many parameters they have, and one has a tenth more: layers were cut or added."""
    sizes = sorted(size for size in (entry.parameter_count, other.parameter_count) if size)
    return len(sizes) == 2 and sizes[1] > sizes[0] * 1.1


_WORDS: dict[str, tuple[str, str]] = {
    ADAPTER: ("{one} is made for {other}", "{one} is not for {other}"),
    COMPONENT: ("{one} is a component of {other}", "{one} is no component of {other}"),
    SCHEDULER: ("{other} is sampled with {one}", "{other} is not sampled with {one}"),
    LAYOUT: ("{one} and {other} have equal layouts", "{one} and {other} have different layouts"),
    ARCHITECTURE: ("{one} and {other} are built alike", "{one} and {other} are not built alike"),
    EXCHANGE: ("{one} and {other} are interchangeable", "{one} and {other} are not interchangeable"),
    VARIANT: ("{one} is a variant of {other}", "{one} is no variant of {other}"),
    SOURCE: ("{one} is said to work with {other}", "{one} is said not to work with {other}"),
}


def said_in_words(statement: Statement, known: Knowledge) -> str:
    """Say a statement in a sentence."""
    one, other = (label_of(iri, known.brief) for iri in (statement.subject, statement.object))
    label = known.kinds[statement.kind].ref.label
    article = "an" if label[0] in "aeiou" else "a"
    yes, no = _WORDS.get(
        statement.kind, (f"{{one}} is {article} {label} {{other}}", f"{{one}} is no {label} {{other}}")
    )
    if statement.verdict == "unknown":
        return f"whether {yes.format(one=one, other=other)} is said to be not known"
    return (yes if statement.verdict == "yes" else no).format(one=one, other=other)


def label_of(iri: str, brief_of: Callable[[str], Brief | None]) -> str:
    """Return the label of an entry, or the end of its IRI when it is none."""
    found = brief_of(iri)
    return found.label if found is not None else iri.rpartition("/")[2]

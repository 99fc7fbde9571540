"""The merged view: who is heard when sources differ."""

from __future__ import annotations

from mirld.graph.dataset import Dataset, Graph
from mirld.graph.describe import Descriptions
from mirld.graph.infer import derive
from mirld.graph.terms import Iri, Literal, Term, Triple, literal, text
from mirld.vocab import DCTERMS, DEFAULT_BASE, MIR, OWL, RDF_TYPE, RDFS_LABEL

BASE = DEFAULT_BASE
ENTRY = Iri(f"{BASE}model/unet/orrery/base")
LABEL = Iri(RDFS_LABEL)
RDF = Iri(RDF_TYPE)
COUNT = Iri(MIR.parameterCount)
TASK = Iri(MIR.task)
ONTOLOGY: list[Triple] = [
    (LABEL, Iri(MIR.singleValued), literal(True)),
    (COUNT, Iri(RDF_TYPE), Iri(OWL.FunctionalProperty)),
    (TASK, Iri(MIR.singleValued), literal(False)),
]


def dataset(**sources: tuple[int | None, list[tuple[Iri, Term]]]) -> Dataset:
    """Make a dataset of one graph a source: name → (rank, what it says of the entry)."""
    made = Dataset(base=BASE)
    made.graphs["urn:graph:ontology"] = ONTOLOGY
    made.sources["urn:graph:ontology"] = None
    for name, (rank, pairs) in sources.items():
        source = Iri(f"{BASE}source/{name}")
        made.graphs[f"urn:graph:{name}"] = [(ENTRY, predicate, term) for predicate, term in pairs]
        made.sources[f"urn:graph:{name}"] = source
        made.files[f"urn:graph:{name}"] = f"data/{name}.ttl"
        if rank is not None:
            made.graphs[f"urn:graph:{name}"].append((source, Iri(MIR.rank), literal(rank)))
    made.merge()
    return made


def test_the_lowest_rank_is_heard() -> None:
    """Whatever the names of the sources; what it outvotes is kept with its graph."""
    made = dataset(a=(50, [(LABEL, text("late", "en"))]), z=(1, [(LABEL, text("first", "en"))]))
    assert made.view.values(ENTRY, RDFS_LABEL) == [text("first", "en")]
    assert made.outvoted == [("urn:graph:a", (ENTRY, LABEL, text("late", "en")))]


def test_a_source_without_a_rank_comes_last() -> None:
    """Below every source that states one."""
    made = dataset(a=(None, [(LABEL, text("a", "en"))]), b=(999, [(LABEL, text("b", "en"))]))
    assert made.view.text(ENTRY, RDFS_LABEL) == "b"


def test_agreeing_outvotes_nothing() -> None:
    """Two sources with one value."""
    made = dataset(a=(1, [(COUNT, literal(5))]), b=(2, [(COUNT, literal(5))]))
    assert made.view.values(ENTRY, COUNT) == [literal(5)]
    assert made.outvoted == []


def test_other_properties_are_united() -> None:
    """A property that may hold many values holds those of all sources."""
    one, two = Iri(f"{BASE}vocab/task/a"), Iri(f"{BASE}vocab/task/b")
    made = dataset(a=(1, [(TASK, one)]), b=(2, [(TASK, two)]))
    assert made.view.values(ENTRY, TASK) == [one, two]


def test_languages_do_not_outvote_each_other() -> None:
    """A label in another language is another value."""
    made = dataset(a=(1, [(LABEL, text("sky", "en"))]), b=(2, [(LABEL, text("Himmel", "de"))]))
    assert set(made.view.values(ENTRY, RDFS_LABEL)) == {text("sky", "en"), text("Himmel", "de")}


def test_the_class_of_the_first_source_counts() -> None:
    """An entry is one kind of thing; classes that are none of an entry's do not compete."""
    other = Iri("http://example.org/Thing")
    kind = Iri(RDF_TYPE)
    made = dataset(a=(1, [(kind, Iri(MIR.Adapter))]), b=(2, [(kind, Iri(MIR.Model)), (kind, other)]))
    assert set(made.view.types(ENTRY)) == {MIR.Adapter, other}


def test_a_source_that_says_two_things_keeps_both() -> None:
    """Picking one silently would hide the fault from the shapes."""
    made = dataset(a=(1, [(COUNT, literal(5)), (COUNT, literal(6))]), b=(2, [(COUNT, literal(6)), (COUNT, literal(7))]))
    assert made.view.values(ENTRY, COUNT) == [literal(5), literal(6)]
    assert [triple[2] for _, triple in made.outvoted] == [literal(7)]


def test_no_source_redefines_the_ontology() -> None:
    """Its own labels come before those of any source."""
    made = dataset(a=(0, []))
    made.graphs["urn:graph:ontology"] = [*ONTOLOGY, (COUNT, LABEL, text("parameter count", "en"))]
    made.graphs["urn:graph:a"] = [(COUNT, LABEL, text("nonsense", "en"))]
    made.merge()
    assert made.view.values(COUNT, RDFS_LABEL) == [text("parameter count", "en")]


def test_the_order_of_graphs_does_not_matter() -> None:
    """Shuffled input, same view."""
    made = dataset(a=(1, [(LABEL, text("a", "en"))]), b=(1, [(LABEL, text("b", "en"))]), c=(2, [(COUNT, literal(1))]))
    turned = Dataset(base=BASE, graphs=dict(reversed(made.graphs.items())), sources=made.sources, files=made.files)
    turned.merge()
    assert list(turned.view) == list(made.view)
    assert turned.outvoted == made.outvoted


def test_a_graph_is_asked_both_ways() -> None:
    """By subject and by object; adding a triple twice adds it once; the inverse index follows."""
    graph = Graph([(ENTRY, TASK, Iri("urn:t")), (ENTRY, TASK, Iri("urn:t")), (ENTRY, LABEL, text("sky", "en"))])
    assert len(graph) == 2
    assert graph.incoming("urn:t") == [(ENTRY, TASK)]
    graph.add((Iri("urn:a"), TASK, Iri("urn:t")))
    assert graph.incoming("urn:t") == [(ENTRY, TASK), (Iri("urn:a"), TASK)]
    assert graph.values("urn:nothing", TASK) == []
    assert graph.value("urn:nothing", TASK) is None
    assert ENTRY in graph


def test_text_prefers_english() -> None:
    """Else what there is."""
    graph = Graph(
        [(ENTRY, LABEL, text("Himmel", "de")), (ENTRY, LABEL, text("sky", "en")), (ENTRY, TASK, Literal("x"))]
    )
    assert (graph.text(ENTRY, LABEL), graph.text(ENTRY, TASK), graph.text(ENTRY, COUNT)) == ("sky", "x", None)
    assert Graph([(ENTRY, LABEL, text("Himmel", "de"))]).text(ENTRY, LABEL) == "Himmel"


def test_an_entry_follows_from_its_iri() -> None:
    """Identifier, sameAs, domain, architecture, series, sources; and whose part each part is."""
    made = dataset(a=(1, [(Iri(RDF_TYPE), Iri(MIR.Model))]))
    part = Iri(f"{ENTRY}#file-1")
    made.graphs["urn:graph:a"].append((part, LABEL, text("f", "en")))
    assert derive(made) == [
        (ENTRY, Iri(DCTERMS.identifier), Literal("mir:model.unet.orrery:base")),
        (ENTRY, Iri(OWL.sameAs), Iri("mir:model.unet.orrery:base")),
        (ENTRY, Iri(MIR.domain), Iri(f"{BASE}vocab/domain/model")),
        (ENTRY, Iri(MIR.architecture), Iri(f"{BASE}vocab/architecture/unet")),
        (ENTRY, Iri(MIR.series), Iri(f"{BASE}info/unet/orrery")),
        (ENTRY, Iri(MIR.source), Iri(f"{BASE}source/a")),
        (part, Iri(DCTERMS.isPartOf), ENTRY),
    ]


def test_nothing_follows_from_an_iri_that_is_no_id() -> None:
    """The id check reports it with its file."""
    made = dataset(a=(1, []))
    made.graphs["urn:graph:a"] = [(Iri(f"{BASE}Bad/One"), Iri(RDF_TYPE), Iri(MIR.Model))]
    made.merge()
    assert derive(made) == []


def test_a_description_is_a_resource_and_its_parts() -> None:
    """Nothing of its neighbours, whose IRIs begin the same."""
    part, neighbour = Iri(f"{ENTRY}#file-1"), Iri(f"{ENTRY}-2")
    triples = [(subject, LABEL, text(subject, "en")) for subject in (ENTRY, part, neighbour)]
    descriptions = Descriptions(Graph(triples).sorted())
    assert descriptions.of(ENTRY) == triples[:2]
    assert descriptions.resources() == [ENTRY, neighbour]
    assert descriptions.of("urn:nothing") == []


def test_more_in_a_graph_is_found_from_both_ends() -> None:
    """The index by object is that of a graph made anew, whether it was there before or not; nothing is there twice."""
    first, second = Iri("https://e.org/1"), Iri("https://e.org/2")
    stated: list[Triple] = [(ENTRY, RDF, first), (ENTRY, TASK, first), (first, TASK, second)]
    more: list[Triple] = [
        (second, TASK, first),
        (ENTRY, TASK, second),
        (ENTRY, TASK, first),
        (first, LABEL, text("1", "en")),
    ]
    whole = Graph([*stated, *more]).sorted()
    for indexed in (False, True):
        graph = Graph(stated).sorted()
        if indexed:
            graph.index()
        grown = graph.with_more(Graph(more).sorted().blocks())
        assert list(grown) == list(whole)
        assert [grown.incoming(name) for name in (first, second)] == [whole.incoming(name) for name in (first, second)]
        assert list(graph) == list(Graph(stated).sorted())

"""A registry whose every text tries to be something else: markup, script, template, control character."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph
from tests.conftest import ROOT

from mirld.vocab import DCAT, DCTERMS, FOAF, MIR, OWL, RDF, RDFS, SH, SKOS, VS, XSD

BASE = "https://w3id.org/mir/"
TEXTS = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]></style><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)><a href='javascript:alert(1)'>",
    "' onmouseover='alert(1)' x='",
    '" autofocus onfocus="alert(1)',
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}{# gone #}",
    "&lt;b&gt; &amp;amp; &#60;i&#62; &NotAnEntity;",
    "\u202eright to left\u202c and \u2066isolated\u2069",
    "line\u2028separator\u2029and\u0085next",
    "tab\tnew\nline\rreturn",
    "bell\x07 escape\x1b[31m delete\x7f vertical\x0b nul\x00 end",
    "not a character \ufffe\U0001ffff, private \ue000, emoji \U0001f600\u200d\U0001f525",
    "back\\slash \\u003c/script> ${7*7} `x` %3Cscript%3E",
    "import os; os.system('true')",
)
LINKS = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//https://example.org/",
    "data:text/html,<script>alert(1)</script>".replace("<", "%3C").replace(">", "%3E"),
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "https://example.org/'onmouseover='alert(1)'",
    "https://example.org/?a=1&b=2&lt;c",
    "https://example.org/%22onload=%22",
    "mailto:a@example.org?subject=%3Cscript%3E",
    "urn:x:'y'",
)

Quad = tuple[str, str, object]


def literal(value: str, language: str | None = None) -> pyoxigraph.Literal:
    return pyoxigraph.Literal(value, language=language) if language else pyoxigraph.Literal(value)


def write_registry(folder: Path) -> Path:
    """Write the registry, with the templates and styles of the real one."""
    for name in ("templates", "static"):
        shutil.copytree(ROOT / "site" / name, folder / "site" / name)
    shutil.copytree(ROOT / "site" / "content", folder / "site" / "content")
    (folder / "shapes").mkdir()
    (folder / "ontology").mkdir()
    shutil.copy(ROOT / "ontology" / "context.jsonld", folder / "ontology")
    _write(folder / "ontology" / "mir.ttl", _ontology())
    _write(folder / "shapes" / "entry.ttl", _shapes())
    _write(folder / "data" / "curated" / "source.ttl", _source("curated"))
    _write(folder / "data" / "ledger" / "source.ttl", _source("ledger"))
    for number, text in enumerate(TEXTS):
        _write(folder / "data" / "curated" / f"entry-{number}.ttl", _entry(number, text))
        _write(folder / "data" / "curated" / f"class-{number}.ttl", _class(number, text))
        _write(folder / "data" / "ledger" / f"record-{number}.ttl", _record(number, text))
    return folder


def _write(path: Path, quads: list[Quad]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = []
    for subject, predicate, term in quads:
        node = pyoxigraph.NamedNode(term) if isinstance(term, str) else term
        lines.append(f"{pyoxigraph.Triple(pyoxigraph.NamedNode(subject), pyoxigraph.NamedNode(predicate), node)} .\n")  # type: ignore[arg-type]  # a literal or an IRI
    path.write_text("".join(lines), encoding="utf-8")


def _ontology() -> list[Quad]:
    ontology = BASE + "ns"
    quads: list[Quad] = [(ontology, RDF.type, OWL.Ontology)]
    for text in TEXTS:
        quads += [(ontology, DCTERMS.title, literal(text, "en")), (ontology, DCTERMS.description, literal(text, "en"))]
    for number, text in enumerate(TEXTS):
        term = f"{ontology}#Term{number}"
        quads += [(term, RDF.type, OWL.Class)]
        quads += [(term, name, literal(text)) for name in (RDFS.label, SKOS.definition, SKOS.example, SKOS.scopeNote)]
        quads += [(term, VS.term_status, literal(text))]
        scheme, concept = f"{BASE}vocab/s{number}", f"{BASE}vocab/s{number}/c"
        quads += [(scheme, RDF.type, SKOS.ConceptScheme), (scheme, DCTERMS.title, literal(text, "en"))]
        quads += [(concept, RDF.type, SKOS.Concept), (concept, SKOS.inScheme, scheme)]
        quads += [(concept, name, literal(text)) for name in (SKOS.prefLabel, SKOS.definition, SKOS.notation)]
        quads += [(concept, SKOS.altLabel, literal(text, "fr"))]
    for link in LINKS:
        quads += [(ontology, RDFS.seeAlso, link), (f"{BASE}vocab/s0/c", SKOS.exactMatch, link)]
    return quads


def _shapes() -> list[Quad]:
    quads: list[Quad] = []
    for number, text in enumerate(TEXTS):
        shape = f"{BASE}shapes#S{number}"
        quads += [(shape, RDF.type, SH.NodeShape), (shape, SH.targetClass, MIR.Entry)]
        quads += [(shape, name, literal(text)) for name in (SH.name, SH.description, SH.message)]
    return quads


def _source(name: str) -> list[Quad]:
    source = f"{BASE}source/{name}"
    quads: list[Quad] = [(source, RDF.type, MIR.Source), (source, MIR.rank, pyoxigraph.Literal(1))]
    quads += [(source, DCTERMS.source, link) for link in LINKS]
    for number, text in enumerate(TEXTS):
        finding = f"{source}#finding-{number}"
        quads += [(source, property_, literal(text, "en")) for property_ in (DCTERMS.title, DCTERMS.description)]
        quads += [(finding, RDF.type, MIR.Finding)]
        quads += [
            (finding, property_, literal(text))
            for property_ in (MIR.upstreamId, MIR.field, MIR.originalValue, RDFS.comment, MIR.locator)
        ]
    return quads


def _entry(number: int, text: str) -> list[Quad]:
    entry, series = f"{BASE}model/unet/hostile/n{number}", f"{BASE}info/unet/hostile"
    said = literal(text)
    quads: list[Quad] = [
        (entry, RDF.type, MIR.Model),
        *((entry, name, said) for name in (RDFS.label, DCTERMS.description, SKOS.altLabel)),
        *((entry, name, said) for name in (MIR.keyFragment, MIR.tensorShape, MIR.taskClass, DCTERMS.issued)),
        (entry, MIR.alias, literal(f"elsewhere:{text}")),
        (entry, MIR.alias, literal(f"{text}:elsewhere")),
        (entry, MIR.exampleRepository, said),
        (entry, MIR.exampleRepository, literal(f"pkg:huggingface/{text}")),
        *((entry, name, link) for name in (FOAF.homepage, MIR.paper) for link in LINKS),
        *((entry, DCTERMS.publisher, f"{BASE}agent/a{number}"), (entry, DCTERMS.license, f"{BASE}licence/l{number}")),
        (entry, MIR.task, f"{BASE}vocab/s{number}/c"),
        (f"{BASE}agent/a{number}", RDF.type, FOAF.Organization),
        (f"{BASE}agent/a{number}", FOAF.name, said),
        (f"{BASE}licence/l{number}", RDF.type, DCTERMS.LicenseDocument),
        (f"{BASE}licence/l{number}", RDFS.label, said),
    ]
    if number == 0:
        quads += [(series, RDF.type, MIR.Info), (series, RDFS.label, said)]
    parts = {
        "repository": ("Repository", (MIR.repositoryName, MIR.revision, MIR.purl, MIR.air)),
        "file": ("File", (MIR.fileName, RDFS.comment, MIR.variant, MIR.fileSha256)),
        "layout": ("Layout", (RDFS.comment, MIR.layer256)),
        "loader": ("Loader", (MIR.libraryVersion, MIR.modulePath)),
        "parameter": ("Parameter", (MIR.parameterName, MIR.defaultValue, MIR.valueType, MIR.unit, MIR.allowedValue)),
        "setting": ("Setting", (MIR.parameterName, MIR.value, MIR.unit)),
        "component": ("Component", (MIR.role, MIR.className, MIR.library)),
        "evidence": ("Evidence", (MIR.locator,)),
    }
    for name, (kind, properties) in parts.items():
        part = f"{entry}#{name}-1"
        quads += [(entry, MIR[name], part), (part, RDF.type, MIR[kind])]
        quads += [(part, property_, said) for property_ in properties]
        quads += [(part, DCTERMS.source, link) for link in LINKS]
    loader, repository = f"{entry}#loader-1", f"{entry}#repository-1"
    quads += [
        (repository, MIR.host, literal("huggingface.co")),
        *((repository, DCAT.landingPage, link) for link in LINKS[:1]),
        (f"{entry}#file-1", DCAT.downloadURL, LINKS[number % len(LINKS)]),
        (f"{entry}#setting-1", MIR.phase, f"{BASE}vocab/phase/load"),
        (f"{entry}#setting-2", RDF.type, MIR.Setting),
        (entry, MIR.setting, f"{entry}#setting-2"),
        (f"{entry}#setting-2", MIR.parameterName, literal("torch_dtype")),
        (f"{entry}#setting-2", MIR.value, said),
        (f"{entry}#setting-2", MIR.phase, f"{BASE}vocab/phase/load"),
        (f"{entry}#evidence-1", MIR.supports, RDFS.label),
        # One loader that code can be written for, one whose names are hostile too.
        (loader, MIR.library, literal("diffusers")),
        (loader, MIR.className, literal("StableDiffusionPipeline")),
        (entry, MIR.loader, f"{entry}#loader-2"),
        (f"{entry}#loader-2", RDF.type, MIR.Loader),
        *((f"{entry}#loader-2", name, said) for name in (MIR.library, MIR.className, MIR.callable)),
    ]
    return quads


def _class(number: int, text: str) -> list[Quad]:
    found, index = f"{BASE}library/l{number}/class/c", f"{BASE}library/l{number}/parameter/p"
    part, said = f"{index}#p-0000000{number % 10}", literal(text)
    named = (RDFS.label, MIR.className, MIR.library, MIR.libraryVersion, MIR.modulePath, MIR.configures)
    typed = (MIR.parameterName, MIR.defaultValue, MIR.valueType, MIR.unit, MIR.minimum, MIR.maximum)
    return [
        (found, RDF.type, MIR.LibraryClass),
        *((found, name, said) for name in named),
        *((found, DCTERMS.source, link) for link in LINKS),
        (found, MIR.parameter, part),
        (index, RDF.type, MIR.ParameterIndex),
        *((index, name, said) for name in (RDFS.label, MIR.library, MIR.libraryVersion)),
        (index, MIR.parameter, part),
        (part, RDF.type, MIR.Parameter),
        *((part, name, said) for name in typed),
        (part, MIR.phase, f"{BASE}vocab/phase/{'call' if number % 2 else 'never'}"),
        *((part, MIR.allowedValue, said) for _ in range(number % 2)),
    ]


def _record(number: int, text: str) -> list[Quad]:
    record = f"{BASE}ledger/hostile-{number}"
    quads: list[Quad] = [
        (record, RDF.type, MIR.LedgerRecord),
        (record, SKOS.notation, literal(text)),
        (record, MIR.reason, literal(text, "en")),
        (record, MIR.firstSeen, pyoxigraph.Literal("2025-01-01", datatype=pyoxigraph.NamedNode(XSD.date))),
        (record, MIR.state, f"{BASE}vocab/state/alias"),
    ]
    if number % 2:
        quads.append((record, DCTERMS.isReplacedBy, f"{BASE}model/unet/hostile/n{number}"))
    return quads

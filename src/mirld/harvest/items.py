"""What a source says of one thing, before anybody knows what the registry calls it.

A source gives items. An item has keys: `timm:resnet50.a1_in1k`, `hf:timm/resnet50.a1_in1k`, `sha256:9c7e…`; the scheme
is before the colon, and what follows is written as its scheme writes it. `mirld.harvest.merge` finds the entry that a
key leads to, or makes one, and only then are there IRIs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from mirld.graph.terms import Iri, Term, Triple, literal, text
from mirld.harvest.facts import as_literal, concept, slug
from mirld.harvest.findings import Finding, as_text
from mirld.vocab import DCAT, DCTERMS, MIR, RDFS

HUB = "huggingface.co"
MODELSCOPE = "modelscope.cn"
_PURL_TYPES = {HUB: "huggingface", "github.com": "github"}
_NAMES = {"repository": "repo"}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9._-]+")


class Link(NamedTuple):
    """A statement about another thing: `key` is what that is known by."""

    predicate: str
    key: str


@dataclass(slots=True)
class Part:
    """A part of an item: `kind` is its class in lower case, such as `loader`, `key` what tells it from its like."""

    kind: str
    key: str
    facts: dict[tuple[str, Term], None] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    beside: list[tuple[str, Part]] = field(default_factory=list)
    """Statements about other parts of the same item."""

    @property
    def fragment(self) -> str:
        """The fragment of its IRI."""
        return f"{_NAMES.get(self.kind, self.kind)}-{slug(self.key)}"

    def say(self, predicate: str, *terms: Term | None) -> Part:
        """State something; None is not stated."""
        self.facts.update(dict.fromkeys((predicate, term) for term in terms if term is not None))
        return self


@dataclass(slots=True)
class Item:
    """One model, series or operation as a source describes it.

    `key` names it in its source, `place` says where that is written, as `path:line`. `kind` is a class of entries.
    `architecture` is a token of the scheme, or None where the source does not tell: then the series decides. `series`
    and `release` are free text, made into tokens by `mirld.harvest.naming`; a series has no release. `owner` tells it
    from others of its name. `inferred` lists properties that the source does not state itself, `grounds` the addresses
    of what that rests on besides the source.
    """

    key: str
    place: str
    kind: str
    architecture: str | None
    series: str
    release: str | None = None
    label: str | None = None
    series_label: str | None = None
    owner: str | None = None
    keys: list[str] = field(default_factory=list)
    facts: dict[tuple[str, Term], None] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    parts: dict[tuple[str, str], Part] = field(default_factory=dict)
    inferred: set[str] = field(default_factory=set)
    grounds: set[str] = field(default_factory=set)

    def say(self, predicate: str, *terms: Term | None) -> Item:
        """State something; None is not stated."""
        self.facts.update(dict.fromkeys((predicate, term) for term in terms if term is not None))
        return self

    def alias(self, key: str) -> Item:
        """State a further name that another scheme has for it."""
        self.keys.append(key)
        return self

    def part(self, kind: str, key: str) -> Part:
        """Return a part, made when it is first asked for."""
        return self.parts.setdefault((kind, slug(key)), Part(kind, key))

    def concept(self, predicate: str, scheme: str, *tokens: str) -> Item:
        """State concepts, such as tasks."""
        return self.say(predicate, *(concept(scheme, token) for token in tokens))

    def repository(
        self, name: str, host: str = HUB, *, revision: str | None = None, page: str | None = None, joins: bool = True
    ) -> Part:
        """Say where it is published; `joins` says whether everything there is this one thing, so that it is a key."""
        short = "hf" if host == HUB else host.partition(".")[0]
        part = self.part("repository", f"{short}-{name.replace('/', '-')}")
        kind = _PURL_TYPES.get(host)
        known = name.lower() if kind == "github" else name
        part.say(MIR.host, literal(host)).say(MIR.repositoryName, literal(name))
        part.say(MIR.purl, literal(f"pkg:{kind}/{known}") if kind else None)
        part.say(MIR.revision, literal(revision) if revision else None)
        models = "/models" if host == MODELSCOPE else ""
        part.say(DCAT.landingPage, Iri(page or f"https://{host}{models}/{name}"))
        if joins:
            self.keys.append(repository_key(name, host))
        return part

    def file(
        self,
        name: str | None,
        *,
        sha256: str | None = None,
        prefix: str | None = None,
        url: str | None = None,
        size: int | None = None,
        kind: str | None = None,
        precision: str | None = None,
        key: str | None = None,
    ) -> Part:
        """Describe a file: `sha256` of all of it, or only the `prefix` its name carries; `kind` is a format.

        Files of one name and no digest need a `key` each.
        """
        part = self.part("file", key or (sha256 or "")[:16] or prefix or name or "")
        part.say(MIR.fileName, literal(name) if name else None)
        part.say(MIR.fileSha256, literal(sha256) if sha256 else None)
        part.say(MIR.sha256Prefix, literal(prefix) if prefix else None)
        part.say(DCAT.downloadURL, Iri(url) if url else None)
        part.say(DCAT.byteSize, literal(size) if size is not None else None)
        part.say(MIR.format, concept("format", kind) if kind else None)
        part.say(MIR.precision, concept("precision", precision) if precision else None)
        return part

    def loader(
        self,
        library: str,
        class_name: str | None = None,
        *,
        call: str | None = None,
        module: str | None = None,
        version: str | None = None,
        key: str | None = None,
        order: int | None = None,
    ) -> Part:
        """Say what opens it: a class, or a `call`; `version` is the version of the library that says so."""
        part = self.part("loader", key or library)
        part.say(MIR.library, literal(library))
        part.say(MIR.className, literal(class_name) if class_name else None)
        part.say(MIR.callable, literal(call) if call else None)
        part.say(MIR.modulePath, literal(module) if module else None)
        part.say(MIR.libraryVersion, literal(f">={version}") if version else None)
        return part.say(MIR.order, literal(order) if order is not None else None)

    def setting(
        self,
        name: str,
        value: object,
        phase: str,
        *,
        scope: str = "any",
        unit: str | None = None,
        source: str | None = None,
    ) -> None:
        """Say which value it wants: `phase` is load, init or call, `scope` the key of a loader, or `any`."""
        typed = as_literal(value)
        if typed is None:
            return
        part = self.part("setting", f"{scope}-{phase}-{name}")
        part.say(MIR.parameterName, literal(name)).say(MIR.value, typed)
        part.say(MIR.unit, literal(unit) if unit else None)
        part.say(MIR.phase, concept("phase", phase)).say(DCTERMS.source, Iri(source) if source else None)

    def component(self, role: str, *, key: str | None = None, class_name: str | None = None) -> Part:
        """Say which part a pipeline has: another thing by its `key`, or only a class."""
        part = self.part("component", role).say(MIR.role, literal(role))
        part.say(MIR.className, literal(class_name) if class_name else None)
        if key:
            part.links.append(Link(MIR.entry, key))
        return part

    def link(self, predicate: str, key: str) -> Item:
        """State a relation to another thing, known by its key."""
        self.links.append(Link(predicate, key))
        return self

    def comment(self, value: str) -> Item:
        """Remark something, in English."""
        return self.say(RDFS.comment, text(value, "en"))


@dataclass(slots=True)
class Harvest:
    """All that one source says: items, further triples by the file they go to, and what was refused or mended."""

    items: list[Item] = field(default_factory=list)
    triples: dict[str, list[Triple]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def find(self, key: str, field_name: str, problem: str, value: object, comment: str, place: str) -> None:
        """Report a fault; `place` is path and line in the source."""
        self.findings.append(Finding(key, field_name, problem, as_text(value), comment, place=place))


def repository_key(name: str, host: str = HUB) -> str:
    """Return the key of a repository; hosts do not tell capitals apart, and ModelScope mirrors the hub by its names.

    >>> repository_key("Qwen/Qwen3-8B"), repository_key("openai/whisper", "github.com")
    ('hf:qwen/qwen3-8b', 'github.com:openai/whisper')
    >>> repository_key("Qwen/Qwen3-8B", "modelscope.cn")
    'hf:qwen/qwen3-8b'
    """
    return f"{'hf' if host in (HUB, MODELSCOPE) else host}:{name.lower()}"


def file_key(name: str) -> str:
    """Return the key of a file whose name carries first digits of its digest, so that the name is its alone.

    >>> file_key("resnet50-0676ba61.pth")
    'file:resnet50-0676ba61.pth'
    """
    return f"file:{name}"


def class_key(name: str) -> str:
    """Return the key of the operation that a class is, given as `library.Class`.

    >>> class_key("diffusers.EulerDiscreteScheduler")
    'class:diffusers.EulerDiscreteScheduler'
    """
    return f"class:{name}"


def is_sha256(value: str) -> bool:
    """Say whether a text is a whole SHA-256, in lower case."""
    return _SHA256.fullmatch(value) is not None


def is_repository(name: str) -> bool:
    """Say whether a text names a repository: an owner and a title, in characters that hosts allow.

    >>> is_repository("Qwen/Qwen3-8B"), is_repository("Qwen"), is_repository("a/b c"), is_repository("../b")
    (True, False, False, False)
    """
    return _REPOSITORY.fullmatch(name) is not None and ".." not in name

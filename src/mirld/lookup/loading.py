"""Code that loads an entry: what is known of its loaders and its settings, as a program and its text."""

from __future__ import annotations

from typing import NamedTuple

from mirld.lookup.drafting import Draft, LeftOut, UnknownError
from mirld.lookup.knowledge import Knowledge, series_of
from mirld.lookup.program import Program
from mirld.lookup.recipes import DISTRIBUTIONS, RECIPES, WITHOUT_CODE, is_language_model_in_gguf
from mirld.lookup.schedulers import NONE_STATED, Schedulers
from mirld.lookup.settings import Settings
from mirld.lookup.used import Used
from mirld.registry.values import Entry, Loader

_LLAMA = "llama_cpp"
# What every described class of a library is derived from, directly or not.
_ROOTS = {"diffusers": "DiffusionPipeline", "transformers": "PreTrainedConfig"}


class LoadCode(NamedTuple):
    """The answer for one entry and one library.

    `program` is None when too little is known, and `unknown` then says what is missing, `facts` what is known. `base`
    is the model that an adapter is loaded into, `schedulers` are those stated of what is loaded. `inputs` are the names
    in the code that its reader gives something of his own; `left_out` are settings that are not in it; `inherited` says
    that the loader is the one of the series. `distribution` is what the library is installed as, and `version` which
    versions of it the loader is meant for.
    """

    id: str
    iri: str
    label: str
    library: str | None
    class_name: str | None = None
    call: str | None = None
    version: str | None = None
    distribution: str | None = None
    inherited: bool = False
    described: bool = False
    repository: str | None = None
    revision: str | None = None
    base: str | None = None
    used_with: tuple[str, ...] = ()
    schedulers: Schedulers = NONE_STATED
    program: Program | None = None
    unknown: str | None = None
    facts: tuple[tuple[str, str], ...] = ()
    inputs: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    libraries: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def code(self) -> str | None:
        """The code as text; None when too little is known."""
        return self.program.text() if self.program is not None else None

    def as_dict(self) -> dict[str, object]:
        """Return the answer as JSON has it; its schema is site/content/schema/load.schema.json."""
        return {
            "id": self.id,
            "iri": self.iri,
            "label": self.label,
            "library": self.library,
            "class": self.class_name,
            "call": self.call,
            "version": self.version,
            "distribution": self.distribution,
            "inherited": self.inherited,
            "described": self.described,
            "repository": self.repository,
            "revision": self.revision,
            "base": self.base,
            "with": list(self.used_with),
            "schedulers": self.schedulers.as_dicts(),
            "code": self.code,
            "imports": [f"{each.module}.{each.name}" for each in self.program.named()] if self.program else [],
            "unknown": self.unknown,
            "facts": [{"what": what, "value": value} for what, value in self.facts],
            "inputs": list(self.inputs),
            "left_out": [each.as_dict() for each in self.left_out],
            "libraries": list(self.libraries),
            "notes": list(self.notes),
        }


def load_code(known: Knowledge, used: Used, settings: Settings | None = None) -> LoadCode:
    """Write what loads an entry as it is used; an answer without a program where too little is known.

    `settings` are those of this use, when somebody has them.
    """
    loader, entry = used.loader, used.entry
    library = used.library
    if loader is None and (library == _LLAMA or (library is None and is_language_model_in_gguf(entry))):
        # A file in GGUF is opened by whatever reads GGUF, so nobody has to say that this does.
        loader = Loader(iri=f"{entry.iri}#gguf", library=_LLAMA, class_name="Llama", call="from_pretrained")
        library = _LLAMA
        used, settings = used._replace(loader=loader, library=library), None
    answer = LoadCode(
        id=used.asked,
        iri=entry.iri,
        label=entry.label,
        library=library,
        class_name=loader.class_name if loader else None,
        call=loader.call if loader else None,
        version=loader.version if loader else None,
        distribution=DISTRIBUTIONS.get(library, library) if library is not None and library in RECIPES else None,
        inherited=used.inherited,
        used_with=used.names,
        schedulers=used.schedulers,
        libraries=_libraries(known, entry),
        notes=used.notes,
    )
    recipe = RECIPES.get(library or "")
    draft = Draft(known, used, settings)
    try:
        if recipe is None:
            raise UnknownError(_no_recipe(used))
        _refuse_adapters(used)
        written, program = recipe(draft)
    except UnknownError as error:
        return answer._replace(unknown=str(error), facts=_facts(used))
    settings = written.settings
    notes = list(dict.fromkeys((*answer.notes, *draft.notes, *_more_notes(used, written))))
    return answer._replace(
        class_name=settings.class_name,
        described=settings.described,
        repository=written.repository.name if written.repository else None,
        revision=written.repository.revision if written.repository else None,
        base=settings.id if settings.iri != entry.iri else None,
        schedulers=settings.schedulers,
        program=program,
        inputs=tuple(draft.inputs),
        left_out=tuple(draft.left_out),
        notes=tuple(notes),
    )


def _libraries(known: Knowledge, entry: Entry) -> tuple[str, ...]:
    """Return the libraries that load an entry or its series, and llama.cpp where it opens a file of it."""
    found = {each.library for each in (*entry.loaders, *_above(known, entry))}
    return tuple(sorted(found | ({_LLAMA} if is_language_model_in_gguf(entry) else set())))


def _above(known: Knowledge, entry: Entry) -> tuple[Loader, ...]:
    series = series_of(known, entry)
    return series.loaders if series is not None else ()


def _refuse_adapters(used: Used) -> None:
    if used.adapters and used.library != "diffusers":
        raise UnknownError(f"how {used.library} loads {used.adapters[0].entry.id} with another is not known")


def _more_notes(used: Used, written: Draft) -> list[str]:
    notes = []
    if used.inherited and used.loader is not None:
        notes.append(
            f"{used.loader.class_name or used.loader.call} is what the series loads with: no source says it of this one"
        )
    missing = _missing(written)
    if missing is not None:
        notes.append(missing)
    return notes


def _missing(written: Draft) -> str | None:
    """Say that a class is none of those that are described of its library, where there are any."""
    loader = written.used.loader
    root = _ROOTS.get(loader.library) if loader is not None else None
    described = written.known.library_class(loader.library, root) if loader is not None and root else None
    name = loader.class_name if loader is not None else None
    if loader is None or described is None or name is None or name.startswith("Auto"):
        return None
    if written.known.library_class(loader.library, name) is not None or written.settings.described:
        return None
    version = (described.version or "").removeprefix("==")
    return f"{name} is none of the classes that are described of {described.library} {version}: it may not have it"


def _no_recipe(used: Used) -> str:
    if used.loader is None:
        return f"no source says how {used.library or 'any library'} loads {used.entry.id}"
    known = WITHOUT_CODE.get(used.library or "")
    if known is not None:
        return f"{used.library} {known}"
    named = ".".join(filter(None, (used.loader.module, used.loader.class_name, used.loader.call)))
    return f"how {used.library} is called is not known{f': {named} is all that is said of it' if named else ''}"


def _facts(used: Used) -> tuple[tuple[str, str], ...]:
    """Return what is known of how an entry is had, where that is too little for a program."""
    loader = used.loader
    found = [
        ("library", used.library),
        ("class", loader.class_name if loader else None),
        ("call", loader.call if loader else None),
        ("module", loader.module if loader else None),
        *(("repository", f"{each.host}/{each.name}") for each in used.entry.repositories),
    ]
    return tuple((what, value) for what, value in found if value)

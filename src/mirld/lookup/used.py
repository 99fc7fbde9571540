"""An entry with what it is used with: one of its loaders, and a scheduler, a precision and adapters by choice."""

# Annotations are values here, for as texts each would be compiled whenever the named tuples are made.

from collections.abc import Iterable
from typing import NamedTuple

from mirld.errors import UnknownNameError, UsageError
from mirld.ids import MirId
from mirld.lookup.knowledge import Knowledge, series_of
from mirld.lookup.schedulers import NONE_STATED, Schedulers, is_stated, schedulers_of
from mirld.lookup.speaking import ANY, consumer, consumers
from mirld.lookup.variants import Chosen, of_part, of_variants, usual
from mirld.registry.values import Entry, File, Loader, Ref

LIBRARIES = (
    "diffusers",
    "parler_tts",  # before its tokenizer, which is of transformers
    "transformers",
    "timm",
    "open_clip",
    "torchvision",
    "keras_hub",
    "whisper",
    "peft",
    "mflux",
    "onnx",
    "llama_cpp",
    "diffsynth",
    "audiocraft",
    "kokoro",
    "orpheus_tts",
    "outetts",
    "mlx_audio",
)
"""Libraries in the order in which they are taken when none is asked for; others come after them."""

_DTYPE = {"diffusers": "torch_dtype", "transformers": "dtype"}
_TORCH = {
    "bf16": "bfloat16",
    "f16": "float16",
    "f32": "float32",
    "f64": "float64",
    "f8-e4m3fn": "float8_e4m3fn",
    "f8-e5m2": "float8_e5m2",
}


class Asked(NamedTuple):
    """What somebody asks for: an id, whose variants choose a file, or with the IRI of the file that is meant."""

    id: MirId
    part: str | None = None


class Adapter(NamedTuple):
    """An adapter in use: its entry, the loader of it for the library, and the files (IRIs) that were chosen of it.

    `why` says why these, where nobody asked for them.
    """

    entry: Entry
    loader: Loader | None = None
    files: frozenset[str] = frozenset()
    name: str = ""
    why: str = ""

    @property
    def chosen(self) -> tuple[File, ...]:
        """The files that were chosen, by name."""
        return tuple(file for file in self.entry.files if file.iri in self.files)


class Used(NamedTuple):
    """An entry as it is to be used.

    `asked` is what it is called with the variant that is meant, and `files` are the IRIs of the files that hold this;
    `why` says why this variant, where nobody asked for one. `loader` is None when nothing loads the entry with
    `library`; `inherited` says that it is the loader of the series. The scheduler is the one that was chosen, or the
    one that the entry has; `schedulers` are all that are stated of it.
    """

    asked: str
    entry: Entry
    library: str | None
    loader: Loader | None = None
    inherited: bool = False
    files: frozenset[str] = frozenset()
    why: str = ""
    scheduler: Entry | None = None
    scheduler_is_chosen: bool = False
    schedulers: Schedulers = NONE_STATED
    precision: Entry | None = None
    adapters: tuple[Adapter, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def dtype(self) -> str:
        """Name of the argument that takes the type of numbers; empty when the library has none that is known."""
        return _DTYPE.get(self.library or "", "")

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of what was chosen to be used with the entry."""
        chosen = [self.precision, self.scheduler if self.scheduler_is_chosen else None]
        return (*(str(each.id) for each in chosen if each is not None), *(each.name for each in self.adapters))

    def entries(self, known: Knowledge) -> list[Entry]:
        """Return the entry and its series."""
        series = series_of(known, self.entry)
        return [self.entry, *([series] if series is not None else [])]

    def torch_type(self, precision: Ref) -> str | None:
        """Return the type of torch that a precision is, or None."""
        name = _TORCH.get(precision.iri.rpartition("/")[2])
        return f"torch.{name}" if name else None

    def torch_type_of(self, precision: Entry) -> str | None:
        """Return the type of torch that an operation stands for, or None."""
        name = next((each.class_name for each in precision.loaders if each.library == "torch"), None)
        return f"torch.{name}" if name else None


def use(
    known: Knowledge,
    asked: Asked | MirId,
    *,
    library: str | None = None,
    used_with: Iterable[Asked | MirId] = (),
) -> Used:
    """Put an entry together with what it is used with.

    `library` names a library, an application or the class of a loader; `used_with` are adapters, schedulers and
    precisions. Raises UnknownNameError for an id that is no entry and a variant that is not known, and UsageError for
    what cannot be used with anything, or not together.
    """
    entry, meant = _chosen(known, asked)
    notes = list(meant.notes)
    loader, name, inherited = choose_loader(known, entry, library)
    if name is None:
        name = _consumer(known, entry)
    scheduler: Entry | None = None
    precision: Entry | None = None
    adapters: list[Adapter] = []
    for each in used_with:
        other, chosen = _chosen(known, each)
        notes += chosen.notes
        if "Scheduler" in other.types:
            scheduler = _only(scheduler, other, "scheduler")
        elif other.precision is not None and other.id.domain == "operations":
            precision = _only(precision, other, "precision")
        elif "Adapter" in other.types or other.adapter_for or any(each.call for each in other.loaders):
            adapters.append(adapter_of(other, chosen, name))
        else:
            raise UsageError(
                f"{other.id} is no adapter, scheduler or precision",
                hint="name it as the entry itself, or name what it is used with",
            )
    asked_for = scheduler
    if scheduler is None:
        # An adapter that is stated with one scheduler brings it; of several it leaves the choice.
        loaders = [each.loader for each in adapters if each.loader is not None]
        brought = next((each.schedulers[0] for each in loaders if len(each.schedulers) == 1), None)
        scheduler = known.entry_at(brought.iri) if brought is not None else None
    stated = schedulers_of(known, entry, loader)
    if asked_for is not None and stated and not _goes_with(known, asked_for, entry, stated):
        notes.append(f"{asked_for.id} is none of the schedulers stated of {entry.id}: mirld compat says if it fits")
    return Used(
        asked=meant.name,
        entry=entry,
        library=name,
        loader=loader,
        inherited=inherited,
        files=meant.files,
        why=meant.why,
        scheduler=scheduler or stated.default,
        scheduler_is_chosen=scheduler is not None,
        schedulers=stated,
        precision=precision,
        adapters=tuple(adapters),
        notes=tuple(notes),
    )


def use_loader(known: Knowledge, entry: Entry, loader: Loader) -> Used:
    """Put an entry together with one of its own loaders, and nothing else."""
    meant = usual(entry)
    stated = schedulers_of(known, entry, loader)
    return Used(
        asked=meant.name,
        entry=entry,
        library=loader.library,
        loader=loader,
        files=meant.files,
        why=meant.why,
        scheduler=stated.default,
        schedulers=stated,
        notes=meant.notes,
    )


def _goes_with(known: Knowledge, scheduler: Entry, entry: Entry, stated: Schedulers) -> bool:
    series = series_of(known, entry)
    named = any(each.iri == scheduler.iri for each in stated.all)
    return named or is_stated(scheduler, [entry] if series is None else [entry, series])


def _only(found: Entry | None, other: Entry, what: str) -> Entry:
    if found is not None and found.iri != other.iri:
        raise UsageError(f"{found.id} and {other.id} are two of one kind: a model is used with one {what}")
    return other


def _chosen(known: Knowledge, asked: Asked | MirId) -> tuple[Entry, Chosen]:
    """Find an entry and the files of it that are meant."""
    mir_id, part = asked if isinstance(asked, Asked) else (asked, None)
    entry = known.entry(mir_id)
    if entry is not None:
        return entry, of_part(entry, part)
    entry = known.entry(mir_id.without_variants) if mir_id.variants else None
    if entry is None:
        raise UnknownNameError(f"no entry has the id {mir_id}", hint="mirld resolve finds entries by any name")
    return entry, of_variants(entry, mir_id)


def choose_loader(known: Knowledge, entry: Entry, wanted: str | None) -> tuple[Loader | None, str | None, bool]:
    """Choose a loader of an entry, or of its series when it has none that fits: the loader, its library, and which.

    `wanted` is a library, an application, or the class of a loader; a name that no loader has gives no loader.
    """
    series = series_of(known, entry)
    own = list(entry.loaders)
    above = list(series.loaders) if series is not None else []
    for loaders, inherited in ((own, False), (above, True)):
        fitting = [each for each in loaders if wanted is None or _is_named(each, wanted)]
        fitting.sort(key=lambda each: _turn(each.library))
        if fitting:
            return fitting[0], fitting[0].library, inherited
    return None, wanted.replace("-", "_") if wanted else None, False


def _consumer(known: Knowledge, entry: Entry) -> str | None:
    """Return whom settings are taken of when nothing is asked for and nothing loads the entry; None for any."""
    above = series_of(known, entry)
    entries = [entry, *([above] if above is not None else [])]
    if any(not each.applies_to and consumer(each) == ANY for one in entries for each in one.settings):
        return None
    return min((name for one in entries for name in consumers(one)), default=None)


def _is_named(loader: Loader, wanted: str) -> bool:
    name = (loader.class_name or "").rpartition(".")[2]
    return loader.library.lower() == wanted.lower().replace("-", "_") or name.lower() == wanted.lower()


def _turn(library: str) -> int:
    return LIBRARIES.index(library) if library in LIBRARIES else len(LIBRARIES)


def adapter_of(entry: Entry, chosen: Chosen, library: str | None) -> Adapter:
    """Return an adapter as it is used with a library."""
    loaders = [each for each in entry.loaders if library is None or each.library == library]
    return Adapter(
        entry=entry,
        loader=loaders[0] if loaders else None,
        files=chosen.files,
        name=chosen.name,
        why=chosen.why,
    )

"""A loader program in the making: what is known of the entry, and what was left out of the program and why."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from mirld.lookup.knowledge import Knowledge
from mirld.lookup.layers import layered
from mirld.lookup.program import Expression, constant
from mirld.lookup.repositories import HUB, first, hub_repositories, of_other_form
from mirld.lookup.schedulers import schedulers_of
from mirld.lookup.settings import Effective, Settings, finite
from mirld.lookup.taking import Taker, taker_of
from mirld.lookup.used import Adapter, Used
from mirld.registry.values import Entry, Loader, Repository

REMOTE = frozenset(("trust_remote_code", "custom_pipeline", "custom_revision"))
"""Arguments that make a library run code which comes with the weights: no program has them."""


_PURL = "pkg:huggingface/"


class UnknownError(Exception):
    """No program can be written; the message says what is missing."""


class LeftOut(NamedTuple):
    """A setting that is not in the program: its group, its name, its value, and why."""

    group: str
    parameter: str
    value: object
    reason: str

    def as_dict(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {"group": self.group, "parameter": self.parameter, "value": finite(self.value), "reason": self.reason}


class Draft:
    """An entry in use, with its settings; it remembers which of them a program used.

    `inputs` are the names under which a program gives what only its reader has.
    """

    def __init__(self, known: Knowledge, used: Used, settings: Settings | None = None) -> None:
        """Begin a draft, with the settings of its use when somebody has them."""
        self.known = known
        self.used = used
        self.settings = settings or layered(known, used, defaults=False)
        self.left_out: list[LeftOut] = []
        self.inputs: list[str] = []
        self.notes: list[str] = []
        self.repository: Repository | None = None

    def _with(self, used: Used) -> Draft:
        """Return the draft of another use; what is remembered stays."""
        other = Draft(self.known, used)
        other.left_out, other.inputs, other.notes = self.left_out, self.inputs, self.notes
        other.repository = self.repository
        return other

    def with_loader(self, loader: Loader) -> Draft:
        """Return the draft with another loader of the entry; what is remembered stays."""
        stated = schedulers_of(self.known, self.entry, loader)
        scheduler = self.used.scheduler if self.used.scheduler_is_chosen else stated.default
        used = self.used._replace(
            loader=loader,
            library=loader.library,
            inherited=False,
            scheduler=scheduler,
            schedulers=stated,
        )
        return self._with(used)

    def added_to(self, base: Entry, loader: Loader) -> Draft:
        """Return a draft of a base with this entry as an adapter of it; what is remembered stays."""
        mine = self.used
        own = Adapter(entry=mine.entry, loader=mine.loader, files=mine.files, name=mine.asked, why=mine.why)
        scheduler, stated = mine.scheduler, schedulers_of(self.known, base, loader)
        used = mine._replace(
            asked=str(base.id),
            entry=base,
            loader=loader,
            inherited=False,
            files=frozenset(),
            why="",
            adapters=(own, *mine.adapters),
            scheduler=scheduler or stated.default,
            scheduler_is_chosen=scheduler is not None,
            schedulers=stated,
        )
        self.notes.append(f"{base.id} is what it is loaded into: any other that it fits will do")
        return self._with(used)

    @property
    def entry(self) -> Entry:
        """The entry."""
        return self.used.entry

    @property
    def loader(self) -> Loader:
        """The loader in use; UnknownError when there is none."""
        if self.used.loader is None:
            raise UnknownError(f"no source says how {self.used.library or 'a library'} loads {self.entry.id}")
        return self.used.loader

    @property
    def class_name(self) -> str:
        """The class of the loader, without its module; UnknownError when none is named."""
        name = (self.loader.class_name or "").rpartition(".")[2]
        if not name.isidentifier():
            raise UnknownError(f"no source names the class of {self.loader.library} that loads {self.entry.id}")
        return name

    def taker(self) -> Taker:
        """Return what the class of the loader takes."""
        return taker_of(self.known, self.loader)

    def hub(self) -> Repository:
        """Choose the repository of the hub to load from; UnknownError when none is fit for it."""
        found = first(hub_repositories(self.entry, self.loader.library)) or self._example()
        if found is None:
            others = of_other_form(self.entry)
            why = f": {', '.join(others)} hold other forms of weights" if others else ""
            raise UnknownError(f"no repository of the Hugging Face Hub is known that {self.loader.library} opens{why}")
        self.repository = found
        return found

    def _example(self) -> Repository | None:
        """Return the repository that the library names as an example of a series."""
        names = [each.removeprefix(_PURL) for each in self.entry.example_repositories if each.startswith(_PURL)]
        if not names:
            return None
        name = unquote(names[0].partition("@")[0])
        self.notes.append(f"{name} is what {self.loader.library} names as an example of the series")
        return Repository(iri="", host=HUB, name=name)

    def pinned(self, found: Repository) -> dict[str, Expression]:
        """Return the argument that holds a repository to the revision that is known of it."""
        return {"revision": constant(found.revision)} if found.revision else {}

    def setting(self, group: str, name: str) -> Effective | None:
        """Return a value that somebody set."""
        return next((each for each in self.settings.values if (each.group, each.parameter) == (group, name)), None)

    def leave(self, group: str, name: str, reason: str) -> None:
        """Leave a setting out."""
        found = self.setting(group, name)
        if found is not None:
            left = LeftOut(group=group, parameter=name, value=found.value, reason=reason)
            self.left_out += [left] if left not in self.left_out else []

    def arguments(
        self, group: str, *, known: Container[str] | None = None, taker: str = "", spelled: Mapping[str, str] = {}
    ) -> dict[str, Expression]:
        """Return the settings of a group as arguments: those that the class is described to take, or `known` to.

        What nobody knows to be taken is left out. `spelled` gives names that the function has for those of settings.
        """
        found: dict[str, Expression] = {}
        for each in self.settings.values:
            if each.group != group:
                continue
            name = each.parameter
            if name in REMOTE:
                self.leave(group, name, "it would run code that comes with the weights")
            elif "." in name:
                self.leave(group, name, f"it is inside the value of {name.partition('.')[0]}")
            elif any(clash.kind in ("type", "choice", "range") for clash in each.clashes):
                self.leave(group, name, next(clash.message for clash in each.clashes if clash.kind != "layers"))
            elif known is not None:
                if name in known:
                    found[spelled.get(name, name)] = constant(each.value)
                else:
                    self.leave(group, name, f"{taker or self.settings.library} takes no {name} here")
            elif each.taken:
                found[name] = constant(each.value)
            elif each.taken is None:
                self.leave(group, name, f"nobody described whether {taker or self.settings.class_name} takes it")
            else:
                self.leave(group, name, f"{taker or self.settings.class_name} takes no {name} here")
        return found

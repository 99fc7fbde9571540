"""Items of what repositories hold: one a repository, joined to the entry that has it, or named by its title."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mirld.graph.terms import Iri
from mirld.harvest.facts import slug
from mirld.harvest.items import Item, Part, repository_key
from mirld.harvest.naming import split_title, token
from mirld.harvest.sources.diffusers.families import ADAPTERS, Name, name_of, same_as
from mirld.harvest.sources.diffusers.library import NAME, Library
from mirld.vocab import DCTERMS, MIR


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A repository, or a `folder` of it, where it is named and what that says: `base` is what an adapter is for."""

    repository: str
    place: str
    page: Iri
    architecture: str | None = None
    adapter: bool = False
    base: Item | None = None
    folder: str | None = None

    @property
    def name(self) -> str:
        """The repository with the folder behind it."""
        return f"{self.repository}/{self.folder}" if self.folder else self.repository


class Entries:
    """The items made so far. `namesakes` are the repositories of one title that one folder of the package names."""

    def __init__(self, library: Library, namesakes: Mapping[str, frozenset[str]]) -> None:
        self._library = library
        self._namesakes = namesakes
        self._items: dict[str, Item | None] = {}
        self._paths: dict[str, str | None] = {}
        self._loaders: dict[tuple[str, str, str | None], Part] = {}

    @property
    def items(self) -> list[Item]:
        """All items, by repository."""
        found = [item for _, item in sorted(self._items.items()) if item is not None]
        return list({item.key: item for item in found}.values())

    def get(self, repository: str) -> Item | None:
        """Return the item of a repository, when there is one."""
        return self._items.get(repository.lower())

    def settled(self) -> list[Item]:
        """Return all items but new adapters of which nothing says what they are for; each of those is a finding."""
        found = []
        for item in self.items:
            told = any(link.predicate == MIR.adapterFor for link in item.links)
            if item.kind == "Adapter" and self._paths[item.key] is None and not told:
                comment = "Nothing says what the adapter is added to, so it is left out."
                self._library.harvest.find(item.key, "adapterFor", "lost-field", item.label or "", comment, item.place)
            else:
                found.append(item)
        return found

    def opened(self) -> Iterator[tuple[str, Item]]:
        """Give (library.Class, item) of everything that a class opens."""
        items = {item.key: item for item in self.items}
        return ((name, items[key]) for key, name, _ in self._loaders)

    def path(self, item: Item) -> str | None:
        """Return the path of the entry that an item is joined to."""
        return self._paths[item.key]

    def is_described(self, item: Item) -> bool:
        """Say whether another source has what opens an item in this library: then it has its parts as well."""
        loaders = self._library.known.loaders.get(self._paths[item.key] or "", {})
        return any(name.startswith(f"{NAME}.") for name in loaders)

    def is_whole(self, item: Item) -> bool:
        """Say whether an item is made of components, so that no class of one of them opens it."""
        path = self._paths[item.key]
        pipelines = [name for name in self._library.known.loaders.get(path or "", ()) if name.endswith("Pipeline")]
        return bool(pipelines) or any(part.kind == "component" for part in item.parts.values())

    def make(self, wanted: Wanted) -> Item | None:
        """Return the item of a repository, made when it is first asked for; None where it stands for no one thing."""
        name = wanted.name.lower()
        if name not in self._items:
            self._items[name] = self._again(wanted) or self._new(wanted)
        return self._items[name]

    def _again(self, wanted: Wanted) -> Item | None:
        """Return the item of the repository that this one is known to hold again, with this one as a further place."""
        item = self._items.get((same_as(wanted.repository) or "").removeprefix("hf:"))
        if item is not None and wanted.folder is None:
            item.repository(self._spelled(wanted)).say(DCTERMS.source, wanted.page)
            item.inferred.add(MIR.repository)
        return item

    def _new(self, wanted: Wanted) -> Item | None:
        keys = [] if wanted.folder else _keys(wanted.repository)
        path = self._library.entry(*keys)
        stands = path is not None or wanted.folder is not None or self._stands_alone(wanted)
        return self._item(wanted, keys, path) if stands else None

    def _spelled(self, wanted: Wanted) -> str:
        return self._library.known.spelled.get(repository_key(wanted.repository), wanted.repository)

    def _stands_alone(self, wanted: Wanted) -> bool:
        """Say whether a repository that leads to no entry may become one; when not, that is a finding."""
        if repository_key(wanted.repository) in self._library.known.keys:
            problem, comment = "ambiguous-id", "Several entries are published there, and which is loaded is not said."
        elif any(self._library.entry(*_keys(other)) for other in self._namesakes.get(wanted.repository, ())):
            problem = "wrong-repository"
            comment = "The same files name the repository of the same title under an owner that the registry knows."
        else:
            return True
        self._library.harvest.find(
            f"{NAME}:{wanted.name}", "from_pretrained", problem, wanted.repository, comment, wanted.place
        )
        return False

    def _item(self, wanted: Wanted, keys: list[str], path: str | None) -> Item:
        owner, _, title = wanted.repository.partition("/")
        name = self._name(wanted, path)
        item = Item(
            key=f"{NAME}:{wanted.name}",
            place=wanted.place,
            kind="Adapter" if wanted.adapter or name.architecture in ADAPTERS else "Model",
            architecture=name.architecture,
            series=name.series,
            release=name.release,
            label=f"{title}/{wanted.folder}" if wanted.folder else title,
            series_label=self._library.series_label(path),
            owner=owner,
        )
        self._paths[item.key] = path
        item.repository(self._spelled(wanted), joins=not wanted.folder).say(DCTERMS.source, wanted.page)
        if path is None:
            item.inferred |= {MIR.architecture} if name.architecture else set()
        else:
            leading = [key for key in keys if self._library.entry(key) == path]
            item.keys += leading
            item.inferred |= set() if leading[0] == keys[0] else {MIR.repository}
        if name.base is not None and not self.is_described(item):
            item.link(MIR.adapterFor, repository_key(name.base)).inferred.add(MIR.adapterFor)
        return item

    def _name(self, wanted: Wanted, path: str | None) -> Name:
        name = name_of(wanted.name, wanted.architecture, self._library.known, adapter=wanted.adapter)
        if path is not None:
            _, architecture, series, *release = path.split("/")
            # Its own spelling, since nobody else may have a label for the series.
            spelled = name.series if token(name.series) == series else series
            return Name(spelled, "/".join(release), architecture, name.base)
        if wanted.base is not None and name.release is None:
            return name._replace(release=token(wanted.base.series))
        return name

    def loader(self, item: Item, name: str, page: Iri, *, call: str | None = None, generic: bool = False) -> Part:
        """Return the loader of a class, given as `library.Class`: the one that the entry has, or else a further one.

        A `generic` class stands for any of them, so it is stated only where there is no other.
        """
        made = [part for (key, _, of), part in self._loaders.items() if (key, of) == (item.key, call)]
        if generic and made:
            return made[0].say(DCTERMS.source, page)
        path = self._paths[item.key]
        known = self._library.known.loaders.get(path, {}) if path else {}
        if generic:
            name = min((each for each in known if each.startswith(f"{NAME}.")), default=name)
        if (item.key, name, call) not in self._loaders:
            library, _, class_name = name.partition(".")
            taken = {*known.values(), *(part.key for part in item.parts.values() if part.kind == "loader")}
            free = (slug(key) for key in (library, f"{library}-{class_name}", f"{library}-{class_name}-{call}"))
            key = known.get(name) or next(key for key in free if key not in taken)
            version = None if name in known or library != NAME else self._library.package.version
            self._loaders[item.key, name, call] = item.loader(library, class_name, call=call, version=version, key=key)
        return self._loaders[item.key, name, call].say(DCTERMS.source, page)


def _keys(repository: str) -> list[str]:
    """Return what a repository may be known by: its name, without the name of the package as well, and by the table."""
    keys = [repository_key(repository)]
    owner, _, title = repository.partition("/")
    if split_title(title).packing == (NAME,):
        plain = f"{owner}/{re.sub(rf'[-_]{NAME}', '', title, flags=re.IGNORECASE)}"
        keys.append(repository_key(plain))
    same = same_as(repository)
    return [*keys, same] if same else keys

"""The package as this harvest reads it: modules parsed once, their pages on the web, and names looked at before use."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from mirld.graph.terms import Iri
from mirld.harvest.cleaning import fault, shown
from mirld.harvest.items import Harvest
from mirld.harvest.known import Known
from mirld.harvest.naming import token
from mirld.harvest.package import Package
from mirld.harvest.python import Module

PAGE = "https://github.com/huggingface/diffusers/blob/v{version}/src"
NAME = "diffusers"


@dataclass(slots=True)
class Library:
    """The package, what the registry knows, and the harvest that is being made."""

    package: Package
    known: Known
    harvest: Harvest
    _modules: dict[str, Module] = field(default_factory=dict)

    def module(self, path: str) -> Module:
        """Parse a file, once."""
        if path not in self._modules:
            self._modules[path] = Module(self.package, path)
        return self._modules[path]

    def page(self, path: str) -> Iri:
        """Return the address of a file at the version that is read."""
        return Iri(f"{PAGE.format(version=self.package.version)}/{path}")

    def entry(self, *keys: str) -> str | None:
        """Return the path of the entry that one of the keys leads to in the registry."""
        return next((path for path in map(self.known.entry, keys) if path is not None), None)

    def series_label(self, path: str | None) -> str | None:
        """Return a label of the series of an entry, so that the series gets no further one."""
        return None if path is None else self.known_label(*path.split("/")[2:0:-1])

    def known_label(self, series: str, architecture: str | None) -> str | None:
        """Return a label that a series has in the registry."""
        return min(self.known.labels.get(f"info/{architecture}/{token(series)}", ()), default=None)

    def accepts(self, value: str, key: str, field_name: str, place: str) -> bool:
        """Say whether a text may be taken over; when not, that is a finding."""
        problem = fault(value)
        if problem is not None:
            comment = f"The text is not taken: {problem}."
            self.harvest.find(key, field_name, "garbage-id", shown(value), comment, place)
        return problem is None

    def is_name(self, value: str, field_name: str, place: str) -> bool:
        """Say whether something may be taken for a name of Python; Python allows more letters than a registry does."""
        if not value.isascii():
            comment = "The name holds letters beyond ASCII, so it is left out."
            self.harvest.find(f"{NAME}:{self.package.name}", field_name, "garbage-id", shown(value), comment, place)
            return False
        return self.accepts(value, f"{NAME}:{self.package.name}", field_name, place)


def dotted(path: str) -> str:
    """Return the name a file is imported by.

    >>> dotted("diffusers/schedulers/scheduling_ddim.py"), dotted("diffusers/guiders/__init__.py")
    ('diffusers.schedulers.scheduling_ddim', 'diffusers.guiders')
    """
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def base_names(node: ast.ClassDef) -> list[str]:
    """Return the names of the classes that a class is made from, without their modules."""
    found = []
    for base in node.bases:
        match base:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                found.append(name)
    return found


def method(node: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    """Return a method that a class defines itself."""
    return next((found for found in node.body if isinstance(found, ast.FunctionDef) and found.name == name), None)

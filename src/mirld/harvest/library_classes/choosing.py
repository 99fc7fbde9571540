"""Which classes of a library are stated, and what of them is not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mirld.harvest.cleaning import shown
from mirld.harvest.items import Harvest
from mirld.harvest.library_classes.catalogue import Catalogue, Found
from mirld.harvest.library_classes.definitions import Defined

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")


def chosen(catalogue: Catalogue, roots: Iterable[str], harvest: Harvest) -> list[Found]:
    """Return the public classes that are, or are below, one of some classes; each name once, whatever its capitals."""
    above = {found for root in roots for found in catalogue.named(root)}
    result: dict[str, Found] = {}
    for found in catalogue:
        if found.name.startswith("_") or above.isdisjoint(catalogue.lineage(found)):
            continue
        key, place = f"{found.dotted}.{found.name}", found.module.place(found.node)
        if not _NAME.fullmatch(found.name):
            comment = "The name of the class holds other characters than those of ASCII, so it is left out."
            harvest.find(key, "class", "garbage-id", shown(found.name), comment, place)
        elif found.name.lower() in result:
            first = result[found.name.lower()]
            comment = f"The library has a class of this name in {first.dotted} as well, which is the one that is kept."
            harvest.find(key, "class", "ambiguous-id", found.name, comment, place)
        else:
            result[found.name.lower()] = found
    return list(result.values())


def report(found: Found, defined: Mapping[str, Defined], harvest: Harvest) -> None:
    """Report what of the definitions of a class is not taken over."""
    for phase in defined.values():
        for fault in phase.faults:
            place = f"{found.module.path}:{fault.line or found.node.lineno}"
            key = shown(f"{found.dotted}.{found.name}.{fault.name}")
            harvest.find(key, fault.field, fault.problem, shown(fault.value), fault.comment, place)

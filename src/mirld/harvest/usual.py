"""Settings of many releases: what most want is said once, of the series, and of a release what it wants otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from mirld.harvest.facts import json_literal
from mirld.harvest.items import Item


def state_settings(
    series: Item, members: Sequence[tuple[Item, Mapping[str, Any]]], names: Sequence[str], phase: str, scope: str
) -> None:
    """State settings of a series and its members; each comes with its values by name, None for one it does not have.

    A member inherits from its series, so that the series states only what every member has some value for.
    """
    for name in names:
        values = [_plain(wanted.get(name)) for _, wanted in members]
        written = [_written(value) for value in values]
        usual = None
        if all(written):
            usual, _ = Counter(written).most_common(1)[0]
            series.setting(name, values[written.index(usual)], phase, scope=scope)
        for (item, _), value, text in zip(members, values, written, strict=True):
            if text and text != usual:
                item.setting(name, value, phase, scope=scope)


def _written(value: object) -> str | None:
    try:
        return None if value is None else json_literal(value).value
    except (TypeError, ValueError):  # no value of JSON
        return None


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value

"""What `settings` answers: effective hyperparameters, each with all that was said of it; frozen, ready for JSON."""

# Annotations are values here, for as texts each would be compiled whenever the named tuples are made.

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, get_args

from mirld.lookup.python_text import is_keyword, keyword_text, python_text
from mirld.lookup.schedulers import NONE_STATED, Schedulers
from mirld.registry.values import Value

Layer = Literal["library", "series", "release", "variant", "precision", "scheduler", "adapter", "overlay"]
LAYERS: tuple[Layer, ...] = get_args(Layer)
"""What a value can come from, lowest first: a later one wins."""

ClashKind = Literal["layers", "sources", "type", "choice", "range", "not taken"]

GROUPS = ("load", "init", "scheduler", "adapter", "call", "any")
"""What settings are given to, in the order of time: a scheduler is constructed apart, adapters are loaded one by one
(`adapter`, `adapter_2`), and `any` is of no known phase."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def group_order(group: str) -> tuple[int, str]:
    """Return what groups are sorted by: the order of time."""
    return GROUPS.index(group.partition("_")[0]), group


class Statement(NamedTuple):
    """One value that was said of a parameter: by which layer, of what (id or name of a class), and by whom.

    `part` is the IRI of the setting, the loader or the parameter that says it; `by` are the sources that do, and
    `pages` what these rest on.
    """

    layer: Layer
    of: str
    value: Value | None
    part: str
    by: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    unit: str | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the statement as JSON has it."""
        return {
            "layer": self.layer,
            "of": self.of,
            "value": finite(self.value),
            "unit": self.unit,
            "part": self.part,
            "by": list(self.by),
            "pages": list(self.pages),
        }


class Clash(NamedTuple):
    """Two layers or two sources that differ, or a value that its parameter does not take."""

    kind: ClashKind
    message: str

    def as_dict(self) -> dict[str, object]:
        """Return the conflict as JSON has it."""
        return {"kind": self.kind, "message": self.message}


class Effective(NamedTuple):
    """A parameter with the value that counts, which is the last of those `said`, lowest layer first.

    `group` is one of GROUPS; `taker` what takes it, None when nothing described does, and `taken` whether
    that is known: True, False, or None. Type, range and unit are those of its definition.
    """

    group: str
    parameter: str
    said: tuple[Statement, ...]
    taker: str | None = None
    taken: bool | None = None
    type: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] = ()
    unit: str | None = None
    clashes: tuple[Clash, ...] = ()

    @property
    def value(self) -> Value | None:
        """The value that counts."""
        return self.said[-1].value

    @property
    def layer(self) -> Layer:
        """The layer that it comes from."""
        return self.said[-1].layer

    @property
    def phase(self) -> str | None:
        """When it is given: load, init or call; None when nobody said."""
        if self.group.startswith("adapter"):
            return "load"
        return {"scheduler": "init", "any": None}.get(self.group, self.group)

    def as_dict(self) -> dict[str, object]:
        """Return the parameter as JSON has it."""
        return {
            "group": self.group,
            "parameter": self.parameter,
            "value": finite(self.value),
            "phase": self.phase,
            "layer": self.layer,
            "unit": self.unit,
            "type": self.type,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "allowed": list(self.allowed),
            "taker": self.taker,
            "taken": self.taken,
            "said": [each.as_dict() for each in self.said],
            "conflicts": [each.as_dict() for each in self.clashes],
        }


class Settings(NamedTuple):
    """The answer for one entry, with what it is used with, for one library.

    `values` are those that somebody set and `defaults` those that only the library has, both by group and name.
    `schedulers` are all that are stated of it, `described` says whether the registry knows what the class takes;
    `consumers` whom else settings are stated for;
    `notes` are plain words.
    """

    id: str
    iri: str
    label: str
    library: str | None
    class_name: str | None
    version: str | None = None
    described: bool = False
    used_with: tuple[str, ...] = ()
    schedulers: Schedulers = NONE_STATED
    values: tuple[Effective, ...] = ()
    defaults: tuple[Effective, ...] = ()
    consumers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def clashes(self) -> tuple[tuple[Effective, Clash], ...]:
        """Every conflict, with the parameter it is about."""
        return tuple((each, clash) for each in self.values for clash in each.clashes)

    def get(self, parameter: str, group: str | None = None) -> Effective | None:
        """Return a parameter by its name, of one group when that is given; defaults of the library come last."""
        for each in (*self.values, *self.defaults):
            if each.parameter == parameter and group in (None, each.group):
                return each
        return None

    def arguments(self, *, everything: bool = False) -> dict[str, dict[str, Value | None]]:
        """Return the values by group and name, without those that are known not to be taken."""
        found: dict[str, dict[str, Value | None]] = {}
        for each in (*self.values, *(self.defaults if everything else ())):
            if each.taken is not False:
                found.setdefault(each.group, {})[each.parameter] = each.value
        return {group: dict(sorted(found[group].items())) for group in sorted(found, key=group_order)}

    def as_dict(self, *, everything: bool = False) -> dict[str, object]:
        """Return the answer as JSON has it; its schema is site/content/schema/settings.schema.json."""
        shown = (*self.values, *(self.defaults if everything else ()))
        return {
            "id": self.id,
            "iri": self.iri,
            "label": self.label,
            "library": self.library,
            "class": self.class_name,
            "version": self.version,
            "described": self.described,
            "with": list(self.used_with),
            "schedulers": self.schedulers.as_dicts(),
            "settings": [each.as_dict() for each in shown],
            "defaults": len(self.defaults),
            "consumers": list(self.consumers),
            "notes": list(self.notes),
        }

    def python(self, *, everything: bool = False) -> str:
        """Write keyword arguments by group as one expression; a type of torch stands in it as `torch.bfloat16`."""
        groups = self.arguments(everything=everything)
        inner = ",\n".join(f"    {group}={_dict_text(values, 4)}" for group, values in groups.items())
        return f"dict(\n{inner},\n)\n" if inner else "dict()\n"

    def toml(self, *, everything: bool = False) -> str:
        """Write one table a group; what TOML cannot say, which is null, is left out with a remark."""
        lines: list[str] = []
        for group, values in self.arguments(everything=everything).items():
            lines += ["", f"[{group}]"] if lines else [f"[{group}]"]
            for name, value in values.items():
                text = _toml_text(value)
                key = name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)
                lines.append(f"# {key} is null" if text is None else f"{key} = {text}")
        return "\n".join(lines) + "\n" if lines else ""


def finite(value: object) -> object:
    """Return a value that JSON can hold: what it has no digits for is a text, also inside lists and objects."""
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, list):
        return [finite(each) for each in value]
    if isinstance(value, Mapping):
        return {name: finite(each) for name, each in value.items()}
    return value


def _dict_text(values: Mapping[str, Value | None], indent: int) -> str:
    space = " " * indent
    if all(is_keyword(name) for name in values):
        inner = [f"{space}    {name}={keyword_text(value)},\n" for name, value in values.items()]
        return f"dict(\n{''.join(inner)}{space})"
    inner = [f"{space}    {python_text(name)}: {keyword_text(value)},\n" for name, value in values.items()]
    return f"{{\n{''.join(inner)}{space}}}"


def _toml_text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        # JSON leaves DEL as it is, and TOML does not take it.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        inner = [text for each in value if (text := _toml_text(each)) is not None]
        return f"[{', '.join(inner)}]" if len(inner) == len(value) else None
    if isinstance(value, Mapping):
        return _toml_table(value.items())
    return None


def _toml_table(items: Iterable[tuple[object, object]]) -> str | None:
    parts = []
    for name, value in items:
        text = _toml_text(value)
        if text is None:
            return None
        parts.append(f"{json.dumps(str(name), ensure_ascii=False)} = {text}")
    return f"{{ {', '.join(parts)} }}" if parts else "{}"

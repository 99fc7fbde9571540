"""The environment of the templates. The only module that imports jinja2."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from mirld.errors import InputError, SyntaxInputError
from mirld.site.forms import UNSHOWABLE, is_showable
from mirld.site.links import Link
from mirld.site.pages import VIEWS

Codes = dict[str, bytes]
"""Compiled templates."""

_MACROS = ("answers", "assets", "foot", "listed", "part", "seen", "top")
_LONG = 25
_CLASS = re.compile(rf"(?<![\w/&#-])[A-Z][A-Za-z0-9]{{{_LONG - 1},}}(?![\w/-])")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

FILTERS = ("a", "all", *_MACROS)
"""Filters of the templates: links as HTML, and those of macros.html whose arguments come again and again."""


def shown(value: object) -> str:
    """Escape a value as it is shown; what is HTML already, and a text that has nothing to escape, is left as it is."""
    if type(value) is Markup:
        return value
    if type(value) is str and not ("&" in value or "<" in value or ">" in value or '"' in value or "'" in value):
        return value
    return escape(value)


@cache
def link_html(link: Link) -> Markup:
    """Write a link with its note; without anywhere to go, its label alone. The filter `a`.

    >>> print(link_html(Link("<b>", "../?a&b", "new")))
    <a href="../?a&amp;b">&lt;b&gt;</a> <small>new</small>
    >>> print(link_html(Link("StableDiffusionXLImg2ImgPipeline")))
    Stable<wbr>Diffusion<wbr>XLImg2<wbr>Img<wbr>Pipeline
    """
    label, href, note = link
    name = shown(label)
    if len(name) >= _LONG:
        # Names of classes break between their words, on screens that are narrower than they are.
        name = _CLASS.sub(lambda found: _HUMP.sub("<wbr>", found[0]), name)
    text = f'<a href="{shown(href)}">{name}</a>' if href else name
    return Markup(f"{text} <small>{shown(note)}</small>" if note else text)  # noqa: S704  # each part is escaped


@cache
def links_html(links: tuple[Link, ...]) -> Markup:
    """Write links with commas between them. The filter `all`."""
    if len(links) == 1:
        return link_html(links[0])
    return Markup(", ".join([link_html(link) for link in links]))  # noqa: S704  # each link is escaped


def compile_templates(folder: Path) -> Codes:
    """Compile the templates of a folder; a process can do that beside another, whose `Renderer` then takes them."""
    codes: Codes = {}
    Renderer(folder, codes).compile_all()
    return codes


class _Memory(jinja2.BytecodeCache):
    """Compiled templates as bytes, by the key that jinja2 gives each."""

    def __init__(self, codes: Codes) -> None:
        self._codes = codes

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._codes:
            bucket.bytecode_from_string(self._codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = bucket.bytecode_to_string()


class _Environment(jinja2.Environment):
    """Half of what a page shows is HTML already, of filters and macros; `escape` makes each of these anew, twice."""

    def _compile(self, source: str, filename: str) -> CodeType:
        # The first line imports what a template needs from jinja2; another import there moves no line of an error.
        first, end, rest = source.partition("\n")
        return super()._compile(f"{first}; from {__name__} import shown as escape{end}{rest}", filename)


class Renderer:
    """Renders contexts with the templates of one folder, each compiled once, or before when `codes` has it."""

    def __init__(self, folder: Path, codes: Codes | None = None) -> None:
        self._folder = folder
        self._environment = _Environment(
            loader=jinja2.FileSystemLoader(folder),
            bytecode_cache=_Memory({} if codes is None else codes),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
            keep_trailing_newline=True,
        )
        # A template sees its context and nothing else; and what is not there need not be copied for each page.
        self._environment.globals.clear()
        self._templates: dict[str, jinja2.Template] = {}
        self._environment.filters |= {"a": link_html, "all": links_html}
        for name in _MACROS:
            self._environment.filters[name] = self._kept(name)

    def _kept(self, name: str) -> Callable[..., str]:
        """Make a filter of a macro; what it makes depends on its arguments alone, so it is made once."""

        @cache
        def make(*values: object) -> str:
            written: str = getattr(self.template("macros.html").module, name)(*values)
            return written

        return make

    def template(self, name: str) -> jinja2.Template:
        """Return a compiled template; InputError or SyntaxInputError when it cannot be had."""
        found = self._templates.get(name)
        if found is None:
            try:
                found = self._templates[name] = self._environment.get_template(name)
            except jinja2.TemplateError as error:
                raise self._located(error) from error
        return found

    def compile_all(self) -> None:
        """Compile every template of the table of views, and what they are put together from."""
        for name in ("base.html", "macros.html", *(view.template for view in VIEWS.values())):
            self.template(name)

    def render(self, view: str, context: Any) -> bytes:
        """Render a page; `context` is the dataclass of the view. What HTML cannot hold is shown as U+FFFD.

        Raises InputError or SyntaxInputError for a template that cannot be shown, with its file and line.
        """
        template = self.template(VIEWS[view].template)
        try:
            text = template.render(vars(context))
        except jinja2.TemplateError as error:
            # What a template extends or imports is only read when it is shown.
            raise self._located(error) from error
        body = text.encode()
        return body if is_showable(body) else UNSHOWABLE.sub("\ufffd", text).encode()

    def _located(self, error: jinja2.TemplateError) -> InputError:
        if isinstance(error, jinja2.TemplateSyntaxError):
            return SyntaxInputError(
                f"this is no template: {error.message}", file=f"site/templates/{error.name}", line=error.lineno
            )
        if isinstance(error, jinja2.TemplateNotFound):
            return InputError("there is no such template", file=f"site/templates/{error.name}")
        frames = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
        places = [(path, line) for path, line in frames if self._folder in path.parents]
        path, line = places[-1] if places else (self._folder, None)
        return InputError(
            f"the template cannot be shown: {error.message}",
            file=f"site/templates/{path.relative_to(self._folder).as_posix()}",
            line=line,
        )

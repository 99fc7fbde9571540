"""The Python API, as somebody's tool uses it."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

import mirld
from mirld.errors import QueryError, UnknownNameError, UsageError
from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from mirld.registry import read_registry

SMALL = Path(__file__).resolve().parents[1] / "fixtures" / "small"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[mirld.Registry]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        with mirld.open(SMALL) as opened:
            yield opened


def test_every_public_name_is_there() -> None:
    """What `__all__` names can be had, is shown by dir(), and nothing else of the package is public by accident."""
    assert all(hasattr(mirld, name) for name in mirld.__all__)
    assert set(mirld.__all__) <= set(dir(mirld))
    with pytest.raises(AttributeError):
        _ = mirld.no_such_name  # type: ignore[attr-defined]


def test_entries_are_those_of_the_files(registry: mirld.Registry) -> None:
    """All of them, in their order, with every part; each knows its registry."""
    values = read_registry(load(Corpus.scan(SMALL)))
    assert len(registry) == len(values)
    assert [str(entry) for entry in registry] == [str(entry.id) for entry in values]
    for entry, known in zip(registry, values, strict=True):
        assert entry.registry is registry
        assert all(getattr(entry, name) == getattr(known, name) for name in known.__slots__)


@pytest.mark.parametrize(
    "name", ["mir:model.unet.orrery:base", "model/unet/orrery/base", "orrery_base.safetensors", "2" * 64]
)
def test_whatever_is_exact_is_a_key(registry: mirld.Registry, name: str) -> None:
    """An id in any form, a file, a digest."""
    found = registry.resolve(name)
    if found.ambiguous:
        with pytest.raises(UnknownNameError, match="entries have this name"):
            registry[name]
    else:
        assert str(registry[name].id) == found.candidates[0].id
        assert name in registry


def test_what_is_not_exact_is_no_key(registry: mirld.Registry) -> None:
    """It says what may have been meant; it is a KeyError for those who expect a mapping."""
    with pytest.raises(KeyError) as caught:
        registry["mir:model.unet.orery:base"]
    assert isinstance(caught.value, UnknownNameError)
    assert str(caught.value) == "nothing has this name exactly: mir:model.unet.orery:base"
    assert "mir:model.unet.orrery:base" in (caught.value.hint or "")
    assert registry.get("no such thing") is None
    assert registry.get("no such thing", 5) == 5
    assert "no such thing" not in registry


def test_a_withdrawn_name_is_no_key(registry: mirld.Registry) -> None:
    """But its record is there."""
    with pytest.raises(UnknownNameError, match="withdrawn"):
        registry["mir:model.unet.orrery:lost"]
    record = registry.record("mir:model.unet.orrery:lost")
    assert record is not None
    assert record.state == "withdrawn"


def test_entries_are_filtered(registry: mirld.Registry) -> None:
    """By one thing and by several; by nothing at all."""
    assert len(registry.entries()) == len(registry)
    assert {entry.id.architecture for entry in registry.entries(architecture="unet")} == {"unet"}
    for entry in registry.entries(series="mir:info.unet.orrery", type="Model"):
        assert (entry.id.series, "Model" in entry.types) == ("orrery", True)
    assert registry.entries(architecture="unet", task="no-such-task") == []


def test_an_entry_is_a_frozen_value(registry: mirld.Registry) -> None:
    """It cannot be changed, is equal to itself read again, and a changed copy can be made."""
    entry = registry["mir:model.unet.orrery:base"]
    with pytest.raises(AttributeError):
        entry.label = "x"  # type: ignore[misc]
    assert entry == registry["mir:model.unet.orrery:base"]
    assert hash(entry.id) == hash(registry["mir:model.unet.orrery:base"].id)
    assert entry._replace(label="x").label == "x"
    assert pickle.loads(pickle.dumps(entry.files)) == entry.files  # noqa: S301 - made here


def test_sparql_and_rdflib_see_what_is_there(registry: mirld.Registry) -> None:
    """Rows as values, a graph of rdflib; what does not parse says where."""
    rows = registry.query("SELECT ?id { ?e a mir:Model ; dcterms:identifier ?id } ORDER BY ?id").rows or ()
    assert [row[0].value for row in rows if "unet.orrery:base" in row[0].value] == ["mir:model.unet.orrery:base"]
    graph = registry.graph()
    assert len(graph) == len(load(Corpus.scan(SMALL)).view)
    with pytest.raises(QueryError):
        registry.query("SELECT")


class Reader(HTMLParser):
    """Reads HTML, and keeps the names of elements that are open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        self.seen.add(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the one that is open."""
        assert self.open.pop() == tag


def test_notebooks_get_tables(registry: mirld.Registry) -> None:
    """Of an entry, a registry and an answer: well-formed, and no text of the data is markup."""
    hostile = registry["mir:model.unet.orrery:base"]._replace(label="<script>x</script>", description="a <b> & c")
    for value in (registry, hostile, *registry, registry.resolve("orrery"), registry.resolve("<i>")):
        reader = Reader()
        reader.feed(value._repr_html_())
        assert reader.open == []
        assert reader.seen <= {"table", "caption", "tbody", "tr", "th", "td", "a", "code", "br"}


def test_a_closed_registry_says_so() -> None:
    """No bug of SQLite's, but a mistake of whoever asks."""
    with mirld.open(SMALL) as opened:
        pass
    with pytest.raises(UsageError, match="the registry was closed"):
        opened.resolve("orrery")


def test_what_is_no_registry_says_so(tmp_path: Path) -> None:
    """The folder and what it lacks."""
    with pytest.raises(UsageError, match="no registry in"):
        mirld.open(tmp_path)


def test_the_types_are_known_to_others(tmp_path: Path) -> None:
    """A tool that uses the API passes mypy --strict, so the package says its types and `mirld.open` has one."""
    (tmp_path / "tool.py").write_text(
        "import mirld\n"
        "with mirld.open() as registry:\n"
        "    label: str = registry['mir:model.lora.hyper:flux-1'].label\n"
        "    names: list[str] = [each.id for each in registry.resolve('sdxl').candidates]\n"
    )
    line = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "tool.py"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout

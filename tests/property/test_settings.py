"""Layers: their order, who wins, and that nothing that was said is lost."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from mirld.ids import MirId
from mirld.lookup.knowledge import Values
from mirld.lookup.layers import layered
from mirld.lookup.settings import LAYERS, Settings
from mirld.lookup.used import Asked, use
from mirld.registry.registry import Registry
from mirld.registry.values import Entry, File, LibraryClass, Loader, Outvoted, Parameter, Ref, Repository, Setting

BASE = "https://w3id.org/mir/"
SERIES, RELEASE, LORA = "mir:info.unet.orrery", "mir:model.unet.orrery:base", "mir:model.lora.ring:orrery"
PARAMETERS = ("guidance_scale", "steps", "width")

values = st.one_of(
    st.integers(-10, 10),
    st.floats(allow_nan=False),
    st.booleans(),
    st.text(alphabet='aé"\\\n\x7f', max_size=5),
    st.lists(st.integers(0, 3), max_size=2),
)
said = st.dictionaries(st.sampled_from(PARAMETERS), values)


def setting(entry: str, who: str, name: str, value: object, **more: object) -> Setting:
    iri = f"{MirId.parse(entry).iri(BASE)}#setting-{who}-call-{name}"
    return Setting(
        iri=iri, parameter=name, value=value, datatype="", phase="call", stated_by=(f"{BASE}source/{who}",), **more
    )  # type: ignore[arg-type]


def entry(text: str, settings: tuple[Setting, ...], **more: object) -> Entry:
    mir_id = MirId.parse(text)
    return Entry(id=mir_id, iri=mir_id.iri(BASE), label=text, types=("Model",), settings=settings, **more)  # type: ignore[arg-type]


def answer(
    layers: Mapping[str, Mapping[str, object]], *, described: bool = True, outvoted: tuple[Outvoted, ...] = ()
) -> Settings:
    """Lay a series, a release with a variant, and an adapter over the defaults of a class."""
    release_iri, lora_iri = MirId.parse(RELEASE).iri(BASE), MirId.parse(LORA).iri(BASE)
    file = File(iri=f"{release_iri}#file-a", name="a.safetensors", variant="8step")
    own = [setting(RELEASE, "any", name, value, outvoted=outvoted) for name, value in layers.get("release", {}).items()]
    own += [
        setting(RELEASE, f"any{number}", name, value, applies_to=(file.iri,))
        for number, (name, value) in enumerate(layers.get("variant", {}).items())
    ]
    laid = [setting(RELEASE, "any", *item) for item in layers.get("overlay", {}).items()]
    overlaid = [each._replace(iri=f"{each.iri}-mine") for each in laid]
    own += overlaid
    entries = [
        entry(SERIES, tuple(setting(SERIES, "any", *item) for item in layers.get("series", {}).items())),
        entry(
            RELEASE,
            tuple(own),
            files=(file,),
            loaders=(Loader(iri=f"{release_iri}#loader", library="diffusers", class_name="OrreryPipeline"),),
            repositories=(Repository(iri=f"{release_iri}#repo", host="huggingface.co", name="orrery/base"),),
        ),
        entry(
            LORA,
            tuple(setting(LORA, "any", *item) for item in layers.get("adapter", {}).items()),
            adapter_for=(Ref(release_iri, "base"),),
            loaders=(Loader(iri=f"{lora_iri}#loader", library="diffusers", call="load_lora_weights"),),
        ),
    ]
    taken = tuple(
        Parameter(iri=f"{BASE}library/p#{name}", name=name, phase="call", default=default, is_optional=True)
        for name, default in {**dict.fromkeys(PARAMETERS), **layers.get("library", {})}.items()
    )
    classes = [LibraryClass(iri=f"{BASE}library/c", library="diffusers", name="OrreryPipeline", parameters=taken)]
    known = Values(
        Registry(base=BASE, entries=entries),
        classes if described else (),
        overlaid=frozenset(each.iri for each in overlaid),
    )
    asked = Asked(MirId.parse(RELEASE), file.iri)
    return layered(known, use(known, asked, used_with=[MirId.parse(LORA)]))


LAID = ("library", "series", "release", "variant", "adapter", "overlay")


@given(st.fixed_dictionaries(dict.fromkeys(LAID, said)))
def test_a_later_layer_wins(layers: dict[str, dict[str, object]]) -> None:
    """The value of a parameter is that of the highest layer that says one."""
    found = answer(layers)
    for name in PARAMETERS:
        saying = [layer for layer in LAID[1:] if name in layers[layer]]
        if saying:
            effective = found.get(name)
            assert effective is not None
            assert effective.layer == saying[-1]
            assert repr(effective.value) == repr(layers[saying[-1]][name])


@given(st.fixed_dictionaries(dict.fromkeys(LAID, said)))
def test_nothing_that_was_said_is_lost(layers: dict[str, dict[str, object]]) -> None:
    """Every value of every layer is in the answer, in the order of layers, with its source."""
    found = answer(layers)
    for each in (*found.values, *found.defaults):
        order = [LAYERS.index(statement.layer) for statement in each.said]
        assert order == sorted(order)
        assert all(statement.by for statement in each.said)
    for layer in LAID[1:]:
        for name, value in layers[layer].items():
            effective = found.get(name)
            assert effective is not None
            assert [repr(s.value) for s in effective.said if s.layer == layer] == [repr(value)]


@given(st.fixed_dictionaries(dict.fromkeys(LAID, said)))
def test_layers_that_differ_are_a_conflict_and_only_they(layers: dict[str, dict[str, object]]) -> None:
    """One for every value that was outdone by another; a default is outdone by nobody."""
    for each in answer(layers).values:
        differing = [s for s in each.said[:-1] if s.layer != "library" and s.value != each.value]
        assert len([clash for clash in each.clashes if clash.kind == "layers"]) == len(differing)


@given(said, st.integers(20, 30))
def test_what_was_outvoted_is_a_conflict_of_sources(release: dict[str, object], other: int) -> None:
    """With the source that said it."""
    found = answer({"release": release}, outvoted=(Outvoted(value=other, by=(f"{BASE}source/loser",)),))
    for each in found.values:
        (clash,) = (clash for clash in each.clashes if clash.kind == "sources")
        assert "loser" in clash.message
        assert str(other) in clash.message


@given(st.fixed_dictionaries(dict.fromkeys(LAID, said)))
def test_what_is_written_reads_as_what_it_was_written_from(layers: dict[str, dict[str, object]]) -> None:
    """As keyword arguments of Python and as TOML."""
    found = answer(layers)
    expected = found.arguments(everything=True)
    python = found.python(everything=True)
    ast.parse(python, mode="eval")
    assert repr(eval(python, {"dict": dict, "float": float})) == repr(expected)  # noqa: S307 - what a reader does
    kept = {group: {k: v for k, v in each.items() if v is not None} for group, each in expected.items()}
    assert repr(tomllib.loads(found.toml(everything=True))) == repr(kept)


@given(st.fixed_dictionaries(dict.fromkeys(LAID, said)))
def test_without_a_description_there_are_no_defaults(layers: dict[str, dict[str, object]]) -> None:
    """Nothing is refused, the library says nothing, and the answer says so."""
    found = answer(layers, described=False)
    assert not found.described
    assert found.defaults == ()
    assert all(s.layer != "library" for each in found.values for s in each.said)
    assert all(each.taken is None for each in found.values)
    assert any("not described" in note for note in found.notes)

"""SwarmUI: its C# is read and never run, ids lead to entries, and what fits what is said of series."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.harvest.conformity import harvest_checked
from tests.harvest.packages import make_repository

from mirld.errors import InputError
from mirld.graph.terms import Literal, literal
from mirld.harvest.facts import concept
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.harvest.package import Package
from mirld.harvest.sources import source
from mirld.harvest.sources.swarmui.csharp import calls, tokens, unquoted
from mirld.vocab import MIR

SOURCE = source("swarmui")
PATH = "src/Text2Image/T2IModelClassSorter.cs"
HEAD = """
public class Sorter {
    /// <summary>Register("this is no call") of anything.</summary>
    public static Kind Register(Kind one) { return one; }
    public static Group RegisterCompat(Group one) => one;
    public static Family VaeA = RegisterVaeFamily("one", "flux-ae", "flux-1"),
        VaeB = RegisterVaeFamily("other", "no-vae-of-ours", "x");
    public static Group
        CompatFlux = RegisterCompat(new() { ID = "flux-1", ShortCode = "F", Video = false, VaeFamily = VaeA }),
        CompatWan = RegisterCompat(new() { ID = "wan", ShortCode = "W", Video = true }),
        CompatZ = RegisterCompat(new() { ID = "z", ShortCode = "Z", VaeFamily = VaeB });
    public static void Init() {
        bool isA(JObject h) => h.ContainsKey("{") || h.ContainsKey("Register(new() { ID = \\"no\\" })");
"""


def kind(identifier: str, group: str, name: str = "N", size: tuple[int, int] | None = (1024, 1024)) -> str:
    sizes = f", StandardWidth = {size[0]}, StandardHeight = {size[1]}" if size else ""
    return (
        f'        Register(new() {{ ID = "{identifier}", CompatClass = {group}, Name = "{name}"{sizes},'
        f" IsThis = (m, h) =>\n        {{\n            ID = isA(h); return isA(h) && m != '}}';\n        }}}});\n"
    )


KINDS = [
    kind("Flux.1-dev", "CompatFlux", "Flux.1 Dev"),
    kind("Flux.1-schnell", "CompatFlux", "Flux.1 Schnell", (768, 512)),
    kind("Flux.1-dev/lora", "CompatFlux", "Flux.1 LoRA"),
    kind("Flux.1-dev/controlnet", "CompatFlux", "Flux.1 ControlNet"),
    kind("flux.1/vae", "CompatFlux", "Flux.1 Autoencoder"),
    kind("stable-diffusion-v1-inpainting", "CompatWan", "Inpainting", (512, 512)),
    kind("wan-2_1-text2video-14b", "CompatWan", "Wan 14B", (960, 960)),
    kind("z-image", "CompatZ", "Z-Image"),
    '        // Register(new() { ID = "z-image/lora", CompatClass = CompatZ, Name = "Commented out" });\n',
    '        Remaps["flux-1-dev"] = "Flux.1-dev";\n',
]


def repository(folder: Path, *rows: str, head: str = HEAD) -> Path:
    return make_repository(folder / "swarm", {PATH: head + "".join(rows) + "    }\n}\n"})


def read(folder: Path, *rows: str) -> tuple[dict[str, Item], Harvest]:
    found = SOURCE.read(Package.open(repository(folder, *rows)), Known())
    return {item.key: item for item in found.items}, found


def statements(item: Item) -> set[tuple[str, str, str]]:
    """Give (kind, subject, object) of what is said to fit."""
    result = set()
    for (kind_of_part, _), part in item.parts.items():
        if kind_of_part == "compatibility":
            links = dict(part.links)
            (said,) = (term for predicate, term in part.facts if predicate == MIR.kind)
            assert (MIR.verdict, concept("verdict", "yes")) in part.facts
            result.add((str(said).rpartition("/")[2], links[MIR.subject], links[MIR.object]))
    return result


def sizes(item: Item) -> dict[str, str]:
    found = {}
    for (kind_of_part, _), part in item.parts.items():
        if kind_of_part == "setting":
            facts = dict(part.facts.keys())
            name, value = facts[MIR.parameterName], facts[MIR.value]
            assert facts[MIR.unit] == literal("px")
            assert isinstance(name, Literal)
            assert isinstance(value, Literal)
            found[name.value] = value.value
    return found


def test_an_id_leads_to_its_entry_under_both_schemes(tmp_path: Path) -> None:
    """In SwarmUI's spelling, and in the others that it takes for it."""
    items, found = read(tmp_path, *KINDS)
    dev = items["swarmui:Flux.1-dev"]
    assert not found.findings
    assert (dev.kind, dev.architecture, dev.label) == ("Model", "dit", "Flux.1 Dev")
    assert dev.keys == ["mir:model.dit.flux-1:dev", "modelspec:Flux.1-dev", "modelspec:flux-1-dev"]
    assert MIR.alias in dev.inferred


def test_a_variation_without_an_entry_is_only_a_name_of_its_family(tmp_path: Path) -> None:
    """Nothing else is said of the family because of it, not even what it is called."""
    items, _ = read(tmp_path, *KINDS)
    item = items["swarmui:stable-diffusion-v1-inpainting"]
    assert (item.kind, item.label) == ("Info", "stable-diffusion-1.5")
    assert not item.parts


def test_classes_of_one_group_are_built_alike(tmp_path: Path) -> None:
    """Each is said to be like the first; of a class alone in its group nothing is said."""
    items, _ = read(tmp_path, *KINDS)
    schnell, dev = items["swarmui:Flux.1-schnell"], items["swarmui:Flux.1-dev"]
    assert statements(schnell) == {("same-architecture", schnell.key, dev.key)}
    assert statements(dev) == statements(items["swarmui:z-image"]) == set()


def test_adapters_of_a_class_are_a_series_that_fits_the_group(tmp_path: Path) -> None:
    """No adapter is made up, and an autoencoder takes none."""
    items, found = read(tmp_path, *KINDS)
    lora = items["swarmui:Flux.1-dev/lora"]
    assert (lora.kind, lora.architecture, lora.series) == ("Info", "lora", "flux.1-dev-lora")
    assert statements(lora) == {
        ("adapter-for", lora.key, "swarmui:Flux.1-dev"),
        ("adapter-for", lora.key, "swarmui:Flux.1-schnell"),
    }
    assert items["swarmui:Flux.1-dev/controlnet"].architecture == "controlnet"
    assert not any(item.kind == "Adapter" for item in found.items)


def test_a_family_of_latent_spaces_shares_its_autoencoder(tmp_path: Path) -> None:
    """Where the registry knows which autoencoder is meant."""
    items, _ = read(tmp_path, *KINDS)
    shared = items["swarmui:flux-ae"]
    assert shared.keys == ["mir:model.vae.kl:flux-1"]
    assert statements(shared) == {
        ("component-of", shared.key, "swarmui:Flux.1-dev"),
        ("component-of", shared.key, "swarmui:Flux.1-schnell"),
    }


def test_a_size_is_said_once_and_where_it_differs(tmp_path: Path) -> None:
    """On the series of a group, on the class that is otherwise, and on releases whose series has several groups."""
    other = kind("wan-2_1-text2video-1_3b", "CompatZ", "Wan 1.3B", (640, 640))
    items, _ = read(tmp_path, *KINDS, other)
    assert sizes(items["swarmui-compat:flux-1"]) == {"width": "1024", "height": "1024"}
    assert sizes(items["swarmui:Flux.1-dev"]) == {}
    assert sizes(items["swarmui:Flux.1-schnell"]) == {"width": "768", "height": "512"}
    assert sizes(items["swarmui:wan-2_1-text2video-14b"]) == {"width": "960", "height": "960"}
    assert "swarmui-compat:wan" not in items


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (kind("nobody-knows", "CompatFlux"), "unknown-reference"),
        (kind("flux.1/vae", "CompatNone"), "unknown-reference"),
        (kind("<script>", "CompatFlux"), "garbage-id"),
        (kind("z-image", "CompatFlux", "turned \u202e around"), "garbage-id"),
        (kind("z" * 10_000_000, "CompatFlux"), "garbage-id"),
        ('        Register(new() { Name = "without an id", CompatClass = CompatFlux });\n', "garbage-id"),
        ('        Remaps["old"] = "no-class-of-this-id";\n', "unknown-reference"),
        ('        Remaps["\\u0007"] = "Flux.1-dev";\n', "garbage-id"),
    ],
)
def test_a_bad_class_is_said_and_spoils_nothing(tmp_path: Path, bad: str, problem: str) -> None:
    """Ids nobody knows, groups that are not there, markup, marks that turn text, a line of ten megabytes."""
    items, found = read(tmp_path, KINDS[0], bad, *KINDS[1:3])
    assert [finding.problem for finding in found.findings] == [problem]
    assert found.findings[0].place.startswith(f"{PATH}:")
    assert len(found.findings[0].value) < 1_000
    assert statements(items["swarmui:Flux.1-dev/lora"])


def test_another_layout_of_the_package_is_refused(tmp_path: Path) -> None:
    """No file, or one that registers nothing, or only a part of one."""
    with pytest.raises(InputError, match="layout changed"):
        SOURCE.read(Package.open(make_repository(tmp_path / "a", {"README.md": ""})), Known())
    with pytest.raises(InputError, match="layout changed"):
        SOURCE.read(Package.open(repository(tmp_path / "b")), Known())
    cut = "".join(KINDS)[:60]
    with pytest.raises(InputError, match="layout changed"):
        SOURCE.read(Package.open(make_repository(tmp_path / "c", {PATH: HEAD + cut})), Known())


def test_a_harvest_conforms_and_repeats_itself(tmp_path: Path) -> None:
    """A check refuses nothing of it, and a second harvest changes no byte."""
    folder = repository(tmp_path, *KINDS)
    report, wrong = harvest_checked(SOURCE, folder, tmp_path)
    assert wrong == []
    assert "Compatibility" not in report.parts  # nothing that they are of is in this registry
    assert report.findings["no-publication"] > 0
    assert harvest_checked(SOURCE, folder, tmp_path)[0].changed == ()


def test_calls_are_told_from_what_only_looks_like_them() -> None:
    """Definitions, comments, texts, and calls of a longer name are none."""
    text = """
        Thing Do(Thing one) { return one; }   // Do(new() { A = "comment" })
        var x = "Do(new() { A = 'text' })"; /* Do(1) */
        Redo(new() { A = "other" });
        Y = Do(new() { A = "a, \\"b\\"", B = 5, C = Name, D = 1 + 2, E = f(), F = -1, G = "end" }, "more");
    """
    (call,) = calls(tokens(text), "Do")
    assert (call.line, call.variable, call.arguments) == (5, "Y", ["more"])
    assert call.properties == {"A": 'a, "b"', "B": 5, "C": "Name", "G": "end"}


@pytest.mark.parametrize(
    "text", ["", '"', "/* open", "Do(", 'Do(new() { A = "', "Do(new() { A = ", "Do(((((", "\\ # é"]
)
def test_source_that_ends_anywhere_is_read_as_far_as_it_goes(text: str) -> None:
    """Nothing is raised, and nothing is made up."""
    assert all(not call.properties for call in calls(tokens(text), "Do"))


def test_texts_are_read_in_all_three_forms() -> None:
    """Plain, verbatim and with values in them."""
    assert unquoted(r'"tab\there"') == "tab\there"
    assert unquoted('@"c:\\new ""x"""') == 'c:\\new "x"'
    assert unquoted(r'$"{x}\q"') == r"{x}\q"

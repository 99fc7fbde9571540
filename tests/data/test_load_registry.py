"""Every loader of the carried registry gives code that parses, or says why not; and the code names what there is.

Packages are looked for in the folder that MIRLD_PACKAGES names; what needs one that is not there is skipped.
`python tests/harvest/pinned.py FOLDER` gets them.
"""

from __future__ import annotations

import ast
import os
import warnings
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from tests.data.shelf import Shelf, signature

from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from mirld.lookup.drafting import REMOTE
from mirld.lookup.knowledge import Values
from mirld.lookup.loading import LoadCode, load_code
from mirld.lookup.program import Call, Made, Named
from mirld.lookup.recipes import RECIPES, WITHOUT_CODE
from mirld.lookup.running import PACKAGES
from mirld.lookup.used import use
from mirld.registry.read import read_library, read_registry
from mirld.registry.registry import Registry

ROOT = Path(os.environ.get("MIRLD_ROOT_UNDER_TEST") or Path(__file__).resolve().parents[2])
ARCHIVES = {
    "diffsynth": "diffsynth-*",
    "diffusers": "diffusers-*",
    "keras_hub": "keras_hub-*",
    "kokoro": "kokoro-*",
    "mflux": "mflux-*",
    "mlx_audio": "mlx_audio-*",
    "open_clip": "open_clip_torch-*",
    "orpheus_tts": "orpheus_speech-*",
    "outetts": "outetts-0.3*",
    "peft": "peft-*",
    "timm": "timm-*",
    "torchvision": "torchvision-*",
    "transformers": "transformers-*",
    "whisper": "openai_whisper-*",
}
# What a program calls of what it made: the class or function that made it, and what hands its keywords on.
METHODS = {
    ("diffsynth", "config.download_if_necessary"): ("ModelConfig", "download_if_necessary"),
    ("diffsynth", "pool.auto_load_model"): ("ModelPool", "auto_load_model"),
    ("diffsynth", "pool.fetch_model"): ("ModelPool", "fetch_model"),
    ("kokoro", "pipe"): ("KPipeline", "__call__"),
    ("orpheus_tts", "model.generate_speech"): ("OrpheusModel", "generate_tokens_sync"),
    ("outetts", "interface.load_default_speaker"): ("InterfaceHF", "load_default_speaker"),
    ("outetts", "interface.generate"): ("InterfaceHF", "generate"),
}
RENAMED = {("outetts", "HFModelConfig_v2"): "HFModelConfig"}  # as it is imported where it is offered
METHODS_OF_ADAPTERS = ("load_lora_weights", "load_textual_inversion", "load_ip_adapter", "fuse_lora", "set_adapters")


@cache
def known() -> tuple[Registry, Values]:
    dataset = load(Corpus.scan(ROOT))
    registry = read_registry(dataset)
    return registry, Values(registry, read_library(dataset))


@cache
def answers() -> tuple[LoadCode, ...]:
    """One answer for every class of every loader of every entry, and for what has no loader."""
    registry, values = known()
    found = []
    for entry in registry:
        wanted = {
            loader.class_name.rpartition(".")[2] if loader.class_name else loader.library for loader in entry.loaders
        }
        found += [load_code(values, use(values, entry.id, library=each)) for each in sorted(wanted) or [None]]
    return tuple(found)


@cache
def shelf(library: str) -> Shelf:
    folder = os.environ.get("MIRLD_PACKAGES")
    archives = sorted(Path(folder).glob(ARCHIVES[library])) if folder else []
    if not archives:
        pytest.skip(f"the package of {library} is not in the folder that MIRLD_PACKAGES names")
    return Shelf(archives[-1], library)


def coded(library: str) -> list[LoadCode]:
    return [each for each in answers() if each.program is not None and each.library == library]


def test_every_code_compiles() -> None:
    """As text, without a warning, and to the last line of it."""
    seen = 0
    for each in answers():
        if each.code is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                compile(each.code, each.id, "exec")
            seen += 1
    assert seen > 200


def test_every_code_keeps_to_the_allowed_packages() -> None:
    """Nothing else is imported, and nothing makes a library run code that comes with weights."""
    for each in answers():
        if each.code is None:
            continue
        tree = ast.parse(each.code)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").partition(".")[0] in PACKAGES, each.id
            elif isinstance(node, ast.Import):
                assert {alias.name.partition(".")[0] for alias in node.names} <= PACKAGES, each.id
            elif isinstance(node, ast.keyword):
                assert node.arg is not None, each.id
                assert node.arg not in REMOTE, each.id


def test_every_library_has_code_or_a_reason() -> None:
    """Whatever the registry knows a loader of: a recipe, or what stands in the way, and each of both is needed."""
    registry, _ = known()
    libraries = {loader.library for entry in registry for loader in entry.loaders}
    assert libraries <= {*RECIPES, *WITHOUT_CODE}
    assert set(WITHOUT_CODE) <= libraries - set(RECIPES)
    for each in answers():
        if each.library in WITHOUT_CODE:
            assert each.unknown == f"{each.library} {WITHOUT_CODE[each.library]}", each.id
    without = {name for name in RECIPES if not coded(name)} - {"llama_cpp"}
    assert not without


def test_every_name_in_a_code_is_bound() -> None:
    """By an import or by a line above."""
    for each in answers():
        if each.code is None:
            continue
        bound: set[str] = set()
        for statement in ast.parse(each.code).body:
            for node in ast.walk(statement):
                if isinstance(node, ast.alias):
                    bound.add((node.asname or node.name).partition(".")[0])
                elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                    assert node.id in bound | {"float"}, (each.id, node.id)
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    bound.add(node.id)


def test_what_is_unknown_says_so() -> None:
    """Either code or a reason, never both; and what is known stands beside the reason."""
    for each in answers():
        assert (each.code is None) == (each.unknown is not None), each.id
        if each.unknown is not None and each.class_name is not None:
            assert ("class", each.class_name) in each.facts, each.id


def test_nothing_is_given_that_a_described_class_does_not_take() -> None:
    """At the call of a pipeline, by the registry's own description of it."""
    _, values = known()
    for each in answers():
        if each.program is None or not each.described or each.class_name is None or each.library is None:
            continue
        found = values.library_class(each.library, each.class_name)
        if found is None:
            continue  # a scheduler: its entry says what it takes
        taken = {p.name for above in values.lineage(found) for p in above.parameters if p.phase == "call"}
        for call in each.program.calls():
            if call.function == Made("pipe"):
                assert set(call.keywords) <= taken, each.id


def test_most_loaders_of_libraries_with_a_recipe_give_code() -> None:
    """Nine of ten that are told a place to load from: a recipe that stops working is seen here."""
    registry, _ = known()
    counted: Counter[tuple[str, bool]] = Counter()
    for each in answers():
        entry = registry.by_iri[each.iri]
        if each.library in RECIPES and entry.loaders and entry.repositories:
            counted[each.library or "", each.code is not None] += 1
    for library in sorted({name for name, _ in counted}):
        given, refused = counted[library, True], counted[library, False]
        assert given >= 9 * refused or given + refused < 20, (library, counted)


@pytest.mark.parametrize("library", sorted(ARCHIVES))
def test_classes_and_functions_are_in_the_package(library: str) -> None:
    """Where the code imports them from, and with the methods that it calls; or it says that they may not be there."""
    found = shelf(library)
    missing = set()
    for each in coded(library):
        assert each.program is not None
        if any("it may not have it" in note for note in each.notes):
            continue
        for named in each.program.named():
            if named.module.partition(".")[0] != library:
                continue
            has = found.exported if named.module == library else found.has(named.module)
            if named.name not in has:
                missing.add((named.module, named.name, each.id))
            elif named.path and named.name in found.classes and not _inherits(found, named):
                missing.add((named.module, ".".join((named.name, *named.path)), each.id))
    assert not missing


def _inherits(found: Shelf, named: Named) -> bool:
    """Say whether a class has a method; one whose ancestors are elsewhere may."""
    if found.method(named.name, named.path[0]) is not None:
        return True
    bases = [base for node in found.lineage(named.name) for base in node.bases]
    return any(
        (base.id if isinstance(base, ast.Name) else getattr(base, "attr", "")) not in found.classes for base in bases
    )


@pytest.mark.parametrize("library", sorted(ARCHIVES))
def test_functions_take_what_they_are_given(library: str) -> None:
    """Every keyword of every call is a parameter of what is called, or of the constructor that it hands on to."""
    found = shelf(library)
    wrong = set()
    calls = 0
    for each in coded(library):
        assert each.program is not None
        for call in each.program.calls():
            taken = _taken(found, call, each)
            if taken is not None:
                calls += 1
                wrong |= {(each.id, each.class_name, name) for name in call.keywords if name not in taken}
    assert not wrong
    assert calls or not coded(library)


def _taken(found: Shelf, call: Call, code: LoadCode) -> frozenset[str] | None:
    """Return the keywords that a called thing takes, None when it is not of this package."""
    function = call.function
    if isinstance(function, Made):
        return _taken_by_made(found, function.text, code)
    if function.module.partition(".")[0] != found.package:
        return None
    name = RENAMED.get((found.package, function.name), function.name)
    if name in found.classes:
        made = found.method(name, "__init__")
        constructed = signature(made).names if made is not None else frozenset()
        # A function that stands before a class has its name.
        constructed |= {each for node in found.functions.get(name, ()) for each in signature(node).names}
        # A dataclass takes its fields.
        fields = {
            node.target.id
            for above in (*found.classes[name], *found.lineage(name))
            for node in above.body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        }
        if not function.path:
            return constructed | fields
        method = found.method(function.name, function.path[0])
        own = signature(method).names if method is not None else frozenset()
        # What comes from a mixin of the library that is decorated or made elsewhere: every method of this name.
        own |= {name for node in found.functions.get(function.path[0], ()) for name in signature(node).names}
        return own | constructed | fields
    names: frozenset[str] = frozenset()
    is_open = False
    for node in found.functions.get(function.name, ()):
        taken = signature(node)
        names |= taken.names
        is_open = is_open or taken.is_open
    if function.name == "pipeline":
        return names
    return names if not is_open or function.name in ("create_model", "load_model") else names | frozenset(call.keywords)


def _taken_by_made(found: Shelf, text: str, code: LoadCode) -> frozenset[str] | None:
    known = METHODS.get((found.package, text))
    if known is not None:
        owner, method = known
        # outetts has a class of one name for each version of its models.
        own = [
            n for each in found.classes[owner] for n in each.body if isinstance(n, ast.FunctionDef) and n.name == method
        ]
        assert own, (code.id, known)
        return frozenset(name for node in own for name in signature(node).names)
    name = (code.class_name or "").rpartition(".")[2]
    if text == "pipe" and found.package == "diffusers":
        method = found.method(name, "__call__")
        assert method is not None, code.id
        return signature(method).names
    attribute = text.rpartition(".")[2]
    if found.package == "diffusers" and attribute in METHODS_OF_ADAPTERS:
        method = found.method(name, attribute)
        assert method is not None, (code.id, name, attribute)
        handed = [node for each in ("lora_state_dict", "load_lora_adapter") for node in found.functions.get(each, ())]
        return signature(method).names | {n for node in handed for n in signature(node).names}
    if found.package == "mflux" and attribute == "generate_image":
        method = found.method(name, "generate_image")
        assert method is not None, code.id
        return signature(method).names
    return None

"""What `.load()` runs: a stand-in package that the test writes, and nothing that is not on the list."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mirld.errors import InputError, UsageError
from mirld.lookup.loading import LoadCode
from mirld.lookup.program import Call, Constant, Expression, Made, Named, Program, Step
from mirld.lookup.running import PACKAGES, run, run_program

STAND_IN = '''
"""Stands for diffusers."""
__version__ = "9.9"
calls = []


class Config:
    name = "config"


class Scheduler:
    config = Config()

    @classmethod
    def from_config(cls, config, **given):
        made = cls()
        made.given = (config, given)
        return made


class Pipeline:
    scheduler = Scheduler()

    @classmethod
    def from_pretrained(cls, name, **given):
        made = cls()
        made.opened = (name, given)
        return made

    def fuse_lora(self, lora_scale=1.0):
        self.fused = lora_scale

    def __call__(self, **given):
        raise AssertionError("what is loaded was run")


def pair():
    return "first", "second"
'''


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a package called diffusers where imports find it, and no other of the list."""
    (tmp_path / "diffusers.py").write_text(STAND_IN, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    for name in PACKAGES:
        monkeypatch.delitem(sys.modules, name, raising=False)


def program(*steps: Step, result: str = "pipe", running: tuple[Step, ...] = ()) -> Program:
    return Program(result=result, loading=steps, running=running)


def opened(**keywords: Expression) -> Step:
    call = Call(Named("diffusers", "Pipeline", ("from_pretrained",)), (Constant("orrery/base"),), keywords)
    return Step(call, ("pipe",))


def test_what_is_printed_is_what_is_run() -> None:
    """The text of a program, run by Python, makes what `run_program` makes."""
    config = Call(
        Named("diffusers", "Scheduler", ("from_config",)), (Made("pipe.scheduler.config"),), {"shift": Constant(3.0)}
    )
    steps = (
        opened(revision=Constant("abc")),
        Step(config, ("pipe.scheduler",)),
        Step(Call(Made("pipe.fuse_lora"), (), {"lora_scale": Constant(0.125)})),
    )
    whole = program(*steps)
    names: dict[str, object] = {}
    exec(compile(whole.text(), "code", "exec"), names)  # noqa: S102 - what a reader of the code does
    for pipe in (names["pipe"], run_program(whole)):
        assert pipe.opened == ("orrery/base", {"revision": "abc"})  # type: ignore[attr-defined]
        assert pipe.scheduler.given[1] == {"shift": 3.0}  # type: ignore[attr-defined]
        assert pipe.fused == 0.125  # type: ignore[attr-defined]


def test_several_results_get_several_names() -> None:
    """As a function that returns a tuple gives them."""
    step = Step(Call(Named("diffusers", "pair")), ("one", "two"))
    assert run_program(program(step, result="two")) == "second"


def test_only_loading_is_run() -> None:
    """The call is its reader's: it is in the text, and not run."""
    call = Step(Call(Made("pipe"), (), {"prompt": Constant("x")}), ("result",))
    whole = program(opened(), running=(call,))
    assert 'result = pipe(prompt="x")' in whole.text()
    run_program(whole)


@pytest.mark.parametrize("module", ["os", "subprocess", "builtins", "diffusersx", "importlib.util", ""])
def test_no_other_package_is_imported(module: str) -> None:
    """Whatever the registry says; nothing is imported before that is found."""
    before = set(sys.modules)
    with pytest.raises(InputError):
        run_program(program(opened(), Step(Call(Named(module, "system"), (Constant("true"),)))))
    assert "diffusers" not in set(sys.modules) - before


@pytest.mark.parametrize("named", [Named("diffusers", "__builtins__"), Named("diffusers", "Pipeline", ("__class__",)),
                                   Named("diffusers._private", "Pipeline"), Named("diffusers", "a-b")])  # fmt: skip
def test_only_public_names_are_taken(named: Named) -> None:
    """No name that begins with an underscore, and none that is no name."""
    with pytest.raises(InputError, match="is no public name"):
        run_program(program(Step(Call(named), ("pipe",))))


@pytest.mark.parametrize("name", ["trust_remote_code", "custom_pipeline"])
def test_code_that_comes_with_weights_is_not_run(name: str) -> None:
    """The argument that would make a library do it stops the program."""
    with pytest.raises(InputError, match=name):
        run_program(program(opened(**{name: Constant(True)})))


def test_a_library_that_is_not_installed_is_said() -> None:
    """With what installs it."""
    step = Step(Call(Named("open_clip", "create_model_and_transforms")), ("pipe",))
    with pytest.raises(UsageError, match="open_clip is not installed") as caught:
        run_program(program(step))
    assert caught.value.hint == "pip install open_clip_torch"


def test_a_class_that_the_installed_version_lacks_is_said() -> None:
    """With the version that is there."""
    step = Step(Call(Named("diffusers", "Other", ("from_pretrained",))), ("pipe",))
    with pytest.raises(InputError, match=r"the installed diffusers 9\.9 has no diffusers\.Other\.from_pretrained"):
        run_program(program(step))


def test_an_entry_without_code_is_not_run() -> None:
    """What is missing is said."""
    code = LoadCode(id="mir:model.unet.a:b", iri="", label="", library=None, unknown="no repository is known")
    with pytest.raises(UsageError, match="no repository is known"):
        run(code)

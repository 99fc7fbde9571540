"""What is added to a pipeline of diffusers: weights that are loaded into it, and models that it is constructed with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from mirld.lookup.drafting import UnknownError
from mirld.lookup.program import Call, Constant, Expression, Made, Named, Step
from mirld.lookup.repositories import first, hub_repositories
from mirld.lookup.used import Adapter
from mirld.lookup.variants import plain
from mirld.registry.values import File, Loader, Repository

if TYPE_CHECKING:
    from mirld.lookup.drafting import Draft

# Models that a pipeline is constructed with: how their class ends, the argument, and what such pipelines are called.
_APART = (
    ("ControlNetModel", "controlnet", "ControlNet"),
    ("ControlNetUnionModel", "controlnet", "ControlNetUnion"),
    ("ControlNetXSAdapter", "controlnet", "ControlNetXS"),
    ("MotionAdapter", "motion_adapter", "AnimateDiff"),
    ("T2IAdapter", "adapter", "Adapter"),
)


class Addition(NamedTuple):
    """What one adapter adds to a pipeline.

    `made` makes a model for the `argument` of a pipeline whose name has `mark`; `steps` come after the pipeline is
    there. A LoRA has a name, and a strength where one is stated.
    """

    name: str
    steps: tuple[Step, ...] = ()
    made: Step | None = None
    argument: str = ""
    mark: str = ""
    is_lora: bool = False
    strength: object = None


def addition(draft: Draft, adapter: Adapter, turn: int) -> Addition:
    """Return what an adapter adds to a pipeline; UnknownError when no source says how it is loaded."""
    loader = adapter.loader
    group = f"adapter_{turn + 1}" if turn else "adapter"
    name = _short(adapter)
    if loader is None or loader.library != "diffusers":
        raise UnknownError(f"no source says how diffusers loads {adapter.entry.id}")
    repository = _repository(adapter)
    if repository is None:
        raise UnknownError(f"no repository of the Hugging Face Hub is known for {adapter.entry.id}")
    if loader.call is None:
        return _model(draft, adapter, repository, name)
    keywords = {**draft.pinned(repository), **_file_arguments(draft, adapter, repository, loader.call)}
    if loader.class_name is None:
        raise UnknownError(f"no source says which pipeline of diffusers has {loader.call} for {adapter.entry.id}")
    is_lora = loader.call == "load_lora_weights"
    if loader.call not in ("load_lora_weights", "load_textual_inversion", "load_ip_adapter"):
        raise UnknownError(f"how {loader.call} of diffusers is called is not known")
    if is_lora and len(draft.used.adapters) > 1:
        keywords["adapter_name"] = Constant(name)
    strength = draft.setting(group, "lora_scale") if is_lora else None
    for each in draft.settings.values:
        if each.group == group and each.parameter not in ("lora_scale", *keywords):
            draft.leave(group, each.parameter, f"{loader.call} takes no {each.parameter}")
    work = Call(Made(f"pipe.{loader.call}"), (Constant(repository.name),), keywords)
    step = Step(work, remark=adapter.why or None)
    return Addition(name=name, steps=(step,), is_lora=is_lora, strength=strength.value if strength else None)


def _repository(adapter: Adapter) -> Repository | None:
    """Return the likeliest repository of an adapter; one that holds the files that were chosen comes first."""
    found = hub_repositories(adapter.entry, "diffusers")
    return first([each for each in found if any(_is_in(file, each) for file in adapter.chosen)] or found)


def _model(draft: Draft, adapter: Adapter, repository: Repository, name: str) -> Addition:
    class_name = (adapter.loader.class_name or "").rpartition(".")[2] if adapter.loader else ""
    found = next(((argument, mark) for end, argument, mark in _APART if class_name.endswith(end)), None)
    if found is None or not class_name.isidentifier():
        raise UnknownError(f"how a pipeline is given {class_name or adapter.entry.id} is not known")
    argument, mark = found
    keywords: dict[str, Expression] = draft.pinned(repository)
    dtype = draft.setting("load", draft.used.dtype)
    if dtype is not None and isinstance(dtype.value, str) and dtype.value.startswith("torch."):
        keywords[draft.used.dtype] = Named("torch", dtype.value.removeprefix("torch."))
    call = Call(Named("diffusers", class_name, ("from_pretrained",)), (Constant(repository.name),), keywords)
    return Addition(name=name, made=Step(call, (argument,)), argument=argument, mark=mark)


def loader_for(draft: Draft, marks: Sequence[str]) -> Loader:
    """Return the loader of an entry whose pipeline has room for all that is made apart: that of the plainest name."""
    loaders = [
        each
        for each in draft.entry.loaders
        if each.library == "diffusers" and each.class_name and all(mark in each.class_name for mark in marks)
    ]
    if not loaders:
        raise UnknownError(f"no pipeline is known that loads {draft.entry.id} with {' and '.join(marks)}")
    return min(loaders, key=lambda each: (len(each.class_name or ""), each.iri))


def _short(adapter: Adapter) -> str:
    """Return a short name for an adapter: its series and variants."""
    mir_id = adapter.name.partition(":")[2]
    series = mir_id.split(":")[0].split(".", 2)[-1]
    return "-".join((series, *adapter.name.split("@")[1:]))


def _file_arguments(draft: Draft, adapter: Adapter, repository: Repository, call: str) -> dict[str, Expression]:
    """Return which file of a repository is meant: the one of the variant, or the first when there are several."""
    files = [each for each in adapter.chosen or plain(adapter.entry.files) if _is_in(each, repository)]
    names = sorted({each.name for each in files if each.name})
    if not names:
        several = len({each.variant for each in adapter.entry.files if each.variant and _is_in(each, repository)}) > 1
        if call == "load_ip_adapter" or (several and adapter.chosen):
            raise UnknownError(f"which file of {repository.name} holds {adapter.name or adapter.entry.id} is not known")
        return {}
    if len(names) > 1:
        draft.notes.append(f"{names[0]} is one of the {len(names)} files of {repository.name}")
    folder, _, name = names[0].rpartition("/")
    keywords: dict[str, Expression] = {"subfolder": Constant(folder)} if folder or call == "load_ip_adapter" else {}
    return {**keywords, "weight_name": Constant(name)}


def _is_in(file: File, repository: Repository) -> bool:
    """Say whether a file lies in a repository: one that says nothing of where it lies may."""
    if file.repository is not None:
        return file.repository == repository.iri
    return file.download is None or f"/{repository.name}/" in file.download

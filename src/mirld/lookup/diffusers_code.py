"""Programs for diffusers: pipelines, models, schedulers, and what is added to a pipeline."""

from __future__ import annotations

from collections.abc import Iterator

from mirld.lookup.adapters import Addition, addition, loader_for
from mirld.lookup.drafting import Draft, UnknownError
from mirld.lookup.fitting import takes_none
from mirld.lookup.program import Call, Constant, Expression, Made, Named, Program, Step, constant
from mirld.lookup.repositories import hub_repositories
from mirld.lookup.taking import Taker
from mirld.registry.values import Entry, Loader, Parameter

_PIPE = "pipe"
# Pipelines that change what they are given, whatever they say of it.
_CHANGING = ("Img2Img", "ImageTo", "Image2", "Edit", "Inpaint", "Kontext", "Upscale", "Fill", "Control")
_PICTURES = frozenset(
    ("image", "mask_image", "control_image", "reference_image", "original_image", "example_image", "source_image")
)
_FILMS = frozenset(("video",))
# Sana, HunyuanVideo and FLUX.1 Kontext have one of their own, which is no literal and therefore not stated.
_HAS_ITS_OWN = frozenset(("complex_human_instruction", "prompt_template", "max_area"))
# Schedulers that diffusers has, and does not offer at its top.
_IN_ITS_MODULE = frozenset(("ConsistencyDecoderScheduler", "ScoreSdeVpScheduler"))
_FIRST_HALF = frozenset(("output_type", "denoising_end"))
_FROM_PRETRAINED = frozenset(("torch_dtype", "variant", "subfolder", "use_safetensors"))
PROMPT = "a lighthouse on a cliff at dusk"
"""What a program asks for where its reader will have something else to ask."""


def program(draft: Draft) -> tuple[Draft, Program]:
    """Write what loads an entry with diffusers; the draft is that of what is loaded, which may be a base."""
    entry, loader = draft.entry, draft.loader
    if "Scheduler" in entry.types:
        return draft, _scheduler(draft)
    if loader.call is not None:
        return _added_to_base(draft)
    if not _is_pipeline(draft):
        made = _model(draft, entry, loader)
        return draft, Program(result="model", loading=(Step(made, ("model",)),))
    return _pipeline(draft)


def _is_pipeline(draft: Draft) -> bool:
    found = draft.known.library_class("diffusers", draft.class_name)
    if found is None:
        return "Pipeline" in draft.class_name
    return any(each.name == "DiffusionPipeline" for each in draft.known.lineage(found)) or "Pipeline" in found.name


def _scheduler(draft: Draft) -> Program:
    name = draft.class_name
    if not name.endswith("Scheduler"):
        raise UnknownError(f"{name} of diffusers is no scheduler that can be made by itself")
    module = draft.loader.module if name in _IN_ITS_MODULE else "diffusers"
    if module is None:
        raise UnknownError(f"in which module of diffusers {name} is, no source says")
    arguments = draft.arguments("init")
    return Program(result="scheduler", loading=(Step(Call(Named(module, name), (), arguments), ("scheduler",)),))


def _model(draft: Draft, entry: Entry, loader: Loader) -> Call:
    name = (loader.class_name or "").rpartition(".")[2]
    return Call(Named("diffusers", name, ("from_pretrained",)), *_opened(draft, pipeline=False))


def _opened(draft: Draft, *, pipeline: bool) -> tuple[tuple[Expression, ...], dict[str, Expression]]:
    """Return the arguments of from_pretrained: the repository, its revision and folder, and settings."""
    found = draft.hub()
    taken = draft.arguments("load", known=None if draft.taker().described else _FROM_PRETRAINED)
    if "variant" in taken and (said := draft.setting("load", "variant")) and said.layer == "precision":
        draft.leave("load", "variant", "it is only for repositories that have files of this variant")
        del taken["variant"]
    folder = {} if pipeline or "subfolder" in taken else folder_of(draft, found.name)
    return (Constant(found.name),), {**draft.pinned(found), **folder, **taken}


def folder_of(draft: Draft, repository: str) -> dict[str, Expression]:
    """Return the folder of a part of a pipeline in the repository of that; UnknownError when it cannot be known."""
    others = [each for each in draft.known.published_in(repository) if each.iri != draft.entry.iri]
    roles = {
        part.role
        for each in others
        for part in each.components
        if part.entry is not None and part.entry.iri == draft.entry.iri
    }
    if roles:
        return {"subfolder": Constant(min(roles))}
    wholes = [each for each in others if any("Pipeline" in (loader.class_name or "") for loader in each.loaders)]
    if wholes:
        raise UnknownError(f"{repository} is the repository of {wholes[0].id}, and in which folder it is is not known")
    return {}


def _pipeline(draft: Draft) -> tuple[Draft, Program]:
    additions = [addition(draft, each, turn) for turn, each in enumerate(draft.used.adapters)]
    draft = _with_fitting_class(draft, additions)
    name = draft.class_name
    positional, keywords = _opened(draft, pipeline=True)
    steps: list[Step] = []
    for each in additions:
        if each.made is not None:
            steps.append(each.made)
            keywords[each.argument] = Made(each.argument)
    steps.append(Step(Call(Named("diffusers", name, ("from_pretrained",)), positional, keywords), (_PIPE,)))
    steps += _rescheduled(draft)
    steps += [step for each in additions for step in each.steps]
    steps += _weighted(draft, additions)
    return draft, Program(result=_PIPE, loading=tuple(steps), running=tuple(_run(draft)))


def _with_fitting_class(draft: Draft, additions: list[Addition]) -> Draft:
    """Take the pipeline of the entry that has room for what is made apart, such as a control model."""
    marks = [each.mark for each in additions if each.mark]
    if not marks or all(mark in draft.class_name for mark in marks):
        return draft
    loader = loader_for(draft, marks)
    return draft.with_loader(loader)


def _rescheduled(draft: Draft) -> Iterator[Step]:
    """Exchange the scheduler where another is meant, or where settings of it are."""
    scheduler = draft.used.scheduler
    arguments = draft.arguments("scheduler")
    if scheduler is None:
        return
    has = any(each.role == "scheduler" for each in draft.entry.components)
    if has and not arguments and not draft.used.scheduler_is_chosen:
        return  # it has one already, and a loader may name any that an example was run with
    loader = next((each for each in scheduler.loaders if each.library == "diffusers" and each.class_name), None)
    name = (loader.class_name or "").rpartition(".")[2] if loader is not None else ""
    if not name.endswith("Scheduler"):
        if draft.used.scheduler_is_chosen:
            draft.notes.append(f"{scheduler.id} is no class of diffusers that a pipeline can be given")
        return
    config = Made(f"{_PIPE}.scheduler.config")
    yield Step(Call(Named("diffusers", name, ("from_config",)), (config,), arguments), (f"{_PIPE}.scheduler",))


def _weighted(draft: Draft, additions: list[Addition]) -> Iterator[Step]:
    """Give the weights of adapters: one is fused with the strength that is stated, several are mixed."""
    loras = [each for each in additions if each.is_lora]
    if len(loras) == 1:
        strength = loras[0].strength
        if strength is not None:
            yield Step(Call(Made(f"{_PIPE}.fuse_lora"), (), {"lora_scale": constant(strength)}))
    elif loras:
        names = Constant([each.name for each in loras])
        weights = Constant([1.0 if each.strength is None else each.strength for each in loras])
        yield Step(Call(Made(f"{_PIPE}.set_adapters"), (names,), {"adapter_weights": weights}))


def _added_to_base(draft: Draft) -> tuple[Draft, Program]:
    """Write what loads an adapter: with the model that it was made for, since it runs with nothing else."""
    return _pipeline(draft.added_to(*_base_of(draft)))


def _base_of(draft: Draft) -> tuple[Entry, Loader]:
    """Return a release that an adapter is said to fit, with the pipeline of it that the adapter names."""
    named = [ref.iri for ref in draft.entry.adapter_for]
    named += [
        each.object.iri
        for each in draft.entry.compatibilities
        if each.subject.iri == draft.entry.iri and each.verdict.iri.endswith("/yes") and each.object.iri not in named
    ]
    entries = [each for iri in named if (each := draft.known.entry_at(iri)) is not None]
    releases = [each for each in entries if each.id.domain == "model"]
    releases += [release for each in entries if each.id.domain == "info" for release in draft.known.releases(each.id)]
    wanted = (draft.loader.class_name or "").rpartition(".")[2]
    if not wanted:
        raise UnknownError(f"no source says which pipeline of diffusers has {draft.loader.call} for {draft.entry.id}")
    # What was named itself comes first, then what is called the base of its series, and what was made of others last.
    releases.sort(key=lambda each: (each.iri not in named, bool(each.derived_from), each.id.compatibility != "base"))
    for release in releases:
        fitting = [each for each in release.loaders if _fits(each, wanted)]
        if fitting and hub_repositories(release, "diffusers"):
            return release, fitting[0]
    made_for = ", ".join(str(each.id) for each in entries) or "nothing that is known"
    raise UnknownError(f"it is loaded into a pipeline, and it was made for {made_for}: no release of that has one")


def _fits(loader: Loader, wanted: str) -> bool:
    name = (loader.class_name or "").rpartition(".")[2]
    if loader.library != "diffusers" or loader.call is not None or "Pipeline" not in name:
        return False
    return wanted in (name, "DiffusionPipeline") or wanted.startswith("AutoPipeline")


def _run(draft: Draft) -> Iterator[Step]:
    """Write the call: what it is given to work on, and the settings."""
    taker = draft.taker()
    if "call" not in taker.taken:
        draft.arguments("call")
        return
    given: dict[str, Expression] = {}
    steps = []
    for parameter in _inputs(draft, taker):
        step = _given(parameter)
        if step is None:
            draft.arguments("call")
            draft.notes.append(f"the call of {taker.label} needs {parameter.name}, which only you have")
            return
        steps.append(step)
        given[parameter.name] = Made(parameter.name)
    settings = draft.arguments("call")
    if "timesteps" in settings and "sigmas" in settings:
        draft.leave("call", "sigmas", "a pipeline takes timesteps or sigmas, and not both")
        del settings["sigmas"]
    if settings.get("output_type") == Constant("latent"):
        # The first half of two models: what comes out of it alone is no picture, and not done.
        for name in sorted(_FIRST_HALF.intersection(settings)):
            draft.leave("call", name, "it is for another model that goes on with what comes out")
            del settings[name]
    draft.inputs += given
    yield from steps
    yield Step(Call(Made(_PIPE), (), {**given, **settings}), ("result",))


def _inputs(draft: Draft, taker: Taker) -> Iterator[Parameter]:
    """Give the parameters of the call that somebody has to give something to, and a prompt wherever it is taken."""
    changes = any(mark in taker.label for mark in _CHANGING)
    stated = {each.parameter for each in draft.settings.values if each.group == "call"}
    for name, parameter in sorted(taker.taken["call"].items(), key=lambda item: (item[0] != "prompt", item[0])):
        if name in stated or name in _HAS_ITS_OWN:
            continue
        needed = not parameter.is_optional or (name in _PICTURES | _FILMS and not takes_none(parameter.type))
        if name == "prompt" or needed or (changes and name in ("image", "mask_image", "control_image")):
            yield parameter


def _given(parameter: Parameter) -> Step | None:
    """Write where something to work on comes from; None when no file and no text can be it."""
    name = parameter.name
    if name in _PICTURES:
        work = Call(Named("diffusers.utils", "load_image"), (Constant(f"{name}.png"),))
        return Step(work, (name,), "a picture of your own")
    if name in _FILMS:
        work = Call(Named("diffusers.utils", "load_video"), (Constant(f"{name}.mp4"),))
        return Step(work, (name,), "a film of your own")
    if name == "prompt" and (parameter.type is None or "str" in parameter.type):
        return Step(Constant(PROMPT), (name,))
    return None

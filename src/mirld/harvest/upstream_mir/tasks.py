"""Lists of task classes: which name a task of the entry's own family."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mirld.graph.terms import literal
from mirld.harvest.upstream_mir.claims import Claims
from mirld.harvest.upstream_mir.read import UpstreamEntry
from mirld.vocab import MIR

# Words in the name of a pipeline that tell of the task or of a stage, not of the family.
_TASK_WORDS = re.compile(
    r"ControlNet|Control|Union|Img2Img|Inpainting|Inpaint|PAG|Combined|Prior|Decoder|ImageToVideo|VideoToVideo|Omni"
    r"|DiffusionForcing|Instruct(?=Pix2Pix)|Pix2Pix|Fill|Kontext|Text2Img"
)
# Words that name one half of a transformers model.
_HALF = re.compile(r"(?:Text|Vision|QFormer|Encoder)$")
_TASK_OF_A_MODEL = re.compile(r"(?P<family>[A-Za-z0-9_]+?)(?:For[A-Z]\w*|LMHeadModel|DoubleHeadsModel)")


def claim_tasks(claims: Claims, entry: UpstreamEntry, path: str) -> None:
    """Claim the task classes of the family; the others are findings, one for each reason."""
    listed = [str(name) for name in entry.fields.get("tasks") or ()]
    if not listed:
        return
    opened = list(_classes(claims, entry))
    families = {family(name) for name in opened}
    foreign: list[str] = []
    parts: list[str] = []
    for name in listed:
        if name in opened or (family(name) in families and is_task(name)):
            claims.add(claims.entry(path), MIR.taskClass, literal(name))
        elif family(name) in families:
            parts.append(name)
        else:
            foreign.append(name)
    if foreign:
        comment = f"The classes are not of the family of {', '.join(opened) or 'this entry'}; they are left out."
        claims.find(entry.id, "tasks", "foreign-task", sorted(foreign), comment, path)
    if parts:
        comment = "The classes are parts or bases of the model and run no task; they are left out."
        claims.find(entry.id, "tasks", "foreign-task", sorted(parts), comment, path)


def family(name: str) -> str:
    """Family of a class, by its name.

    >>> family("StableDiffusionXLControlNetPAGImg2ImgPipeline"), family("StableDiffusion3InpaintPipeline")
    ('StableDiffusionXL', 'StableDiffusion3')
    >>> family("BertForMaskedLM"), family("BertModel"), family("QDQBertModel"), family("GPT2LMHeadModel")
    ('Bert', 'Bert', 'QDQBert', 'GPT2')
    """
    if name.endswith("Pipeline"):
        return _TASK_WORDS.sub("", name.removesuffix("Pipeline"))
    task = _TASK_OF_A_MODEL.fullmatch(name)
    stem = task["family"] if task else re.sub(r"(?:PreTrained)?(?:Encoder|Decoder)?(?:Model|Layer|Backbone)$", "", name)
    return _HALF.sub("", stem)


def is_task(name: str) -> bool:
    """Whether a class runs a task, going by its name."""
    return name.endswith("Pipeline") or _TASK_OF_A_MODEL.fullmatch(name) is not None


def _classes(claims: Claims, entry: UpstreamEntry) -> Iterator[str]:
    right = claims.names.classes.get(entry.id)
    if right:
        yield right
        return
    for package in (entry.fields.get("pkg") or {}).values():
        for library in ("diffusers", "transformers"):
            if isinstance(package.get(library), str):
                yield package[library]

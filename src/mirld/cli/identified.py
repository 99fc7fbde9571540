"""What a weights file is, as a terminal shows it."""

from __future__ import annotations

from mirld.cli.table import painted, printable
from mirld.lookup.identification import Identification, Identified


def write_answer(answer: Identification) -> str:
    """Write the file and its kind, then each component with its candidates, reasons, and what would settle it."""
    precision = ", ".join(part for part in (answer.precision, answer.packing) if part)
    head = f"{painted(printable(answer.file), bold=True)}  {answer.kind}, {answer.level}"
    lines = [f"{head}{f', {precision}' if precision else ''}"]
    for component in answer.components:
        lines += _component(component)
    lines += [
        f"    near {printable(near.label)}: {near.met} of {near.conditions}, but {printable(near.lacking)}"
        for near in answer.nearest
    ]
    lines += [f"    hint: {printable(hint)}" for hint in answer.hints]
    return "\n".join(lines) + "\n"


def _component(found: Identified) -> list[str]:
    where = f"{printable(found.prefix)} " if found.prefix else ""
    lines = [f"  {where}{printable(found.label)}  ({found.kind}, {found.level})"]
    fits = "fits " if found.adapter and found.signature == "adapter" else ""
    lines += [f"    {fits}{claim.id}" for claim in found.candidates]
    if found.adapter:
        lines += [f"    near {each}" for each in found.adapter.nearest]
    lines += [f"    since {printable(ground.condition)}: {printable(ground.found)}" for ground in found.grounds]
    return [*lines, f"    {found.settle}"] if found.settle else lines

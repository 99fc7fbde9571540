"""What modules each public network has, for `data/modules/`: built without weights, by the packages that define it.

    python bench/networks.py --packages sd-scripts --packages musubi-tuner/src

needs PyTorch, diffusers and transformers, and checkouts of kohya-ss/sd-scripts and kohya-ss/musubi-tuner for layouts
as their authors publish them. Nothing that is built is run. A network is a row of `network_table.py`: sizes are those
of the published configuration.
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Modules = dict[str, tuple[int | None, int, str]]
"""By name: inputs, outputs and kernel of a module; a norm has outputs alone."""

DIFFUSERS = "https://github.com/huggingface/diffusers/blob/v0.42.1/src/diffusers/"
SCRIPTS = "https://github.com/kohya-ss/sd-scripts/blob/48d368fa557731ad0488c07304dfeba8c07910eb/"
MUSUBI = "https://github.com/kohya-ss/musubi-tuner/blob/30c658c4f4b0bf05038b3346eff9670259b10fc7/src/musubi_tuner/"


def modules_of(network: Any) -> Modules:
    """List the modules of a network that have a weight."""
    found: Modules = {}
    for name, module in network.named_modules():
        weight = getattr(module, "weight", None)
        if weight is None or not name or not hasattr(weight, "shape"):
            continue
        shape = tuple(weight.shape)
        if len(shape) == 1:
            found[name] = (None, shape[0], "")
        elif type(module).__name__ == "Embedding":
            found[name] = (shape[0], shape[1], "")
        elif len(shape) > 1:
            found[name] = (shape[1], shape[0], "x".join(map(str, shape[2:])))
    return found


def diffusers(name: str, **sizes: Any) -> Callable[[], Modules]:
    """Build a class of diffusers."""
    return lambda: modules_of(getattr(importlib.import_module("diffusers"), name)(**sizes))


def scripts(module: str, build: Callable[[Any], Any]) -> Callable[[], Modules]:
    """Build what a function makes of a module of one of the trainers."""
    return lambda: modules_of(build(importlib.import_module(module)))


def transformers(name: str, config: str, **sizes: Any) -> Callable[[], Modules]:
    """Build a class of transformers."""

    def build() -> Modules:
        package = importlib.import_module("transformers")
        return modules_of(getattr(package, name)(getattr(package, config)(**sizes)))

    return build


def renamed(build: Callable[[], Modules], *rules: tuple[str, str]) -> Callable[[], Modules]:
    """Name modules by regular expressions; those that come to have one name are one, with the sum of their outputs."""

    def made() -> Modules:
        found: Modules = {}
        for name, (inputs, outputs, kernel) in build().items():
            for pattern, text in rules:
                name = re.sub(pattern, text, name)
            found[name] = (inputs, outputs + (found[name][1] if name in found else 0), kernel)
        return found

    return made


def merged(build: Callable[[], Modules], more: Iterable[str]) -> Callable[[], Modules]:
    """Add modules by lines such as `blocks.{0-3}.proj 8 9`."""

    def made() -> Modules:
        found = build()
        for line in more:
            name, *sizes = line.split()
            for each in _expanded(name):
                inputs = int(sizes[0]) if len(sizes) > 1 else None
                found[each] = (inputs, int(sizes[-1]), "")
        return found

    return made


def lines(*more: str) -> Callable[[], Modules]:
    """Give a layout that is written down here."""
    return merged(dict, more)


def _expanded(name: str) -> list[str]:
    match = re.search(r"\{(\d+)-(\d+)\}", name)
    if not match:
        return [name]
    numbers = range(int(match[1]), int(match[2]) + 1)
    return [each for i in numbers for each in _expanded(name[: match.start()] + str(i) + name[match.end() :])]


def llm(layers: int, hidden: int, heads: int, kv: int, head: int, inner: int) -> Callable[[], Modules]:
    """Write down a decoder as Llama has it."""
    at = f"layers.{{0-{layers - 1}}}."
    return lines(
        f"{at}self_attn.q_proj {hidden} {heads * head}",
        f"{at}self_attn.k_proj {hidden} {kv * head}",
        f"{at}self_attn.v_proj {hidden} {kv * head}",
        f"{at}self_attn.o_proj {heads * head} {hidden}",
        f"{at}mlp.gate_proj {hidden} {inner}",
        f"{at}mlp.up_proj {hidden} {inner}",
        f"{at}mlp.down_proj {inner} {hidden}",
    )


_RESNET = {"norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1", "norm2": "out_layers.0"}
_RESNET |= {"conv2": "out_layers.3", "conv_shortcut": "skip_connection"}
_TOP = {"conv_in": "input_blocks.0.0", "conv_norm_out": "out.0", "conv_out": "out.2", "time_embedding": "time_embed"}


def ldm(build: Callable[[], Modules], layers: int = 2) -> Callable[[], Modules]:
    """Name the modules of a UNet of diffusers as its authors' code does: blocks are numbered through."""

    def name_of(name: str, blocks: int) -> str:
        part, *rest = name.split(".")
        if part == "down_blocks":
            block, kind, layer = int(rest[0]), rest[1], int(rest[2])
            if kind == "downsamplers":
                return f"input_blocks.{(layers + 1) * (block + 1)}.0.op"
            return (
                f"input_blocks.{(layers + 1) * block + layer + 1}.{int(kind == 'attentions')}.{inside(kind, rest[3:])}"
            )
        if part == "up_blocks":
            block, kind, layer = int(rest[0]), rest[1], int(rest[2])
            if kind == "upsamplers":
                attended = f"up_blocks.{block}.attentions.0.norm" in known
                return f"output_blocks.{(layers + 1) * block + layers}.{1 + attended}.conv"
            return f"output_blocks.{(layers + 1) * block + layer}.{int(kind == 'attentions')}.{inside(kind, rest[3:])}"
        if part == "mid_block":
            kind, layer = rest[0], int(rest[1])
            return f"middle_block.{1 if kind == 'attentions' else 2 * layer}.{inside(kind, rest[2:])}"
        if part in ("time_embedding", "add_embedding"):
            top = "time_embed" if part == "time_embedding" else "label_emb.0"
            return f"{top}.{0 if rest[0] == 'linear_1' else 2}"
        return ".".join([_TOP.get(part, part), *rest])

    def inside(kind: str, rest: list[str]) -> str:
        return ".".join([_RESNET.get(rest[0], rest[0]), *rest[1:]] if kind == "resnets" else rest)

    known: Modules = {}

    def made() -> Modules:
        known.update(build())
        return {name_of(name, 4): sizes for name, sizes in known.items()}

    return made


def patterns(found: Modules) -> list[str]:
    """Write modules as few lines: a number that runs from a to b is `{a-b}`."""
    groups: dict[tuple[str, str], list[tuple[int, ...]]] = {}
    for name, (inputs, outputs, kernel) in found.items():
        parts = name.split(".")
        numbers = tuple(int(part) for part in parts if part.isdigit())
        shape = ".".join("{}" if part.isdigit() else part for part in parts)
        sizes = " ".join(str(size) for size in (inputs, outputs, kernel) if size not in (None, ""))
        groups.setdefault((shape, sizes), []).append(numbers)
    made = []
    for (shape, sizes), numbers in groups.items():
        for box in _boxes([tuple((n, n) for n in row) for row in sorted(numbers)]):
            ranges = (str(a) if a == b else f"{{{a}-{b}}}" for a, b in box)
            made.append(f"{shape.format(*ranges)} {sizes}")
    return sorted(made, key=lambda line: [(int(t) if t.isdigit() else -1, t) for t in re.split(r"(\d+)", line)])


def _boxes(rows: list[tuple[tuple[int, int], ...]]) -> list[tuple[tuple[int, int], ...]]:
    """Join rows of ranges that differ in one place, where one range goes on with the other."""
    for place in reversed(range(len(rows[0]))):
        rows.sort(key=lambda row: (row[:place] + row[place + 1 :], row[place]))
        joined: list[tuple[tuple[int, int], ...]] = []
        for row in rows:
            if joined:
                last = joined[-1]
                rest = last[:place] + last[place + 1 :]
                if rest == row[:place] + row[place + 1 :] and last[place][1] + 1 == row[place][0]:
                    joined[-1] = (*last[:place], (last[place][0], row[place][1]), *last[place + 1 :])
                    continue
            joined.append(row)
        rows = joined
    return sorted(rows)


HEAD = """@base <https://w3id.org/mir/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix mir: <https://w3id.org/mir/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def turtle(row: tuple[str, str, str, str, str, str, Any]) -> str:
    """Write one layout, as `mirld fmt` has it."""
    name, label, role, convention, entries, source, build = row
    listed = ", ".join(f"<{entry}>" for entry in sorted(entries.split()))
    made = ",\n".join(f'        "{line}"' for line in sorted(patterns(build())))
    return f"""{HEAD}
<modules/{name}>
    a mir:ModuleLayout ;
    rdfs:label "{label}"@en ;
    dcterms:source <{source}> ;
    mir:layoutConvention <vocab/layout/{convention}> ;
    mir:module
{made} ;
    mir:networkOf {listed} ;
    mir:role "{role}" .
"""


def main() -> None:
    """Write every layout, or those that are named, into a folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--packages", action="append", default=[])
    parser.add_argument("--to", default="data/modules")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    sys.path[:0] = options.packages
    import torch

    # One of the trainers asks for a card when it is imported, and puts nothing on it.
    torch.cuda.current_device = lambda: 0
    from network_table import TABLE

    for row in TABLE:
        if options.names and row[0] not in options.names:
            continue
        try:
            with torch.device("meta"), torch.no_grad():
                text = turtle(row)
        except Exception as error:
            print(f"{row[0]}: {type(error).__name__}: {error}", file=sys.stderr)
            continue
        Path(options.to, f"{row[0]}.ttl").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

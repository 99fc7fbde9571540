"""How many labelled files are known for what they are, how many are unknown or taken for another, and in what time.

    python bench/identify.py FOLDER [--registry .] [--list]

FOLDER has a MANIFEST.json, a list of cases with `id`, `file`, `kind`, `architecture` and `variant`, and beside it the
files: JSON, gzipped or not, whose `keys` lead from the name of each tensor to its shape and type; a dimension of -1 is
not known, and what has the architecture of GGUF in its metadata is GGUF. What is compared is the ids of candidates with
the labels, letters and digits alone, a v before a number left out; nothing is read from the name of a case.

- Kind: that of the answer is that of the label. For a negative, only unknown is right.
- Series: a candidate is of the label when its series begins with the architecture, or when its series and a variant of
  the label begin alike, one with the whole of the other and four letters at the least (the registry has Koala and
  FramePack as series of their own). All candidates are: alone. Some are: shared. None is: wrong. There is no candidate:
  unknown.
- Variant: the label is taken apart at | and at / into alternatives, what stands in brackets left out, and each of them
  into words. An alternative is named when a candidate that is a release has all its words in its series and name, be
  it within longer ones. All are named: all. Some are: some. Releases are given and none is named: other, which is a
  wrong answer or a release that the registry calls otherwise, and --list shows which. No release is given: untold, as
  where only the series is known.
- Base of an adapter: as a series, by the architecture alone, among what the adapter fits; by names alone where sizes
  prove nothing. What is no adapter by its label must not be taken for one.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mirld.lookup.identification import Identification
from mirld.lookup.identifying import Identifier
from mirld.registry.place import open_index
from mirld.weights import Header, Tensor, Tensors

ADAPTERS = ("lora", "textual-inversion")
MODELS = ("diffusion", "checkpoint")
KIND = ("right", "wrong", "unknown")
SERIES = ("alone", "shared", "wrong", "unknown")
VARIANT = ("all", "some", "other", "untold")
SHORTEST = 4


def header_of(path: Path) -> Header:
    """Read a case as the header of a file."""
    raw = path.read_bytes()
    case: dict[str, Any] = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
    metadata = case.get("metadata") or {}
    rows = [
        Tensor(name, dtype, None if shape is None or -1 in shape else tuple(shape), None, None)
        for name, (shape, dtype) in case["keys"].items()
    ]
    return Header(
        file=path.name,
        format="gguf" if "general.architecture" in metadata else "safetensors",
        size=0,
        bytes_read=0,
        tensors=Tensors.of_rows(rows),
        metadata=metadata,
    )


def plain(name: str) -> str:
    """Leave letters and digits of a name, and the v that some write before a version."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r"-v(?=\d)", "-", name.lower()))


def series_of(text: str) -> str:
    """Return the series of an id, as names are compared."""
    return plain(text.split(":")[1].split(".", 2)[2])


def alternatives(variant: str | None) -> list[str]:
    """List what a variant of a label may be."""
    text = re.sub(r"\([^)]*\)?", " ", variant or "")
    return [part.strip() for part in re.split(r"[|/]", text) if plain(part)]


def kind_verdict(label: str, answer: Identification) -> str:
    """Compare the kind; see the docstring of the module."""
    if label == "negative":
        return "right" if answer.kind == "unknown" else "wrong"
    return "unknown" if answer.kind == "unknown" else "right" if answer.kind == label else "wrong"


def series_verdict(ids: Iterable[str], architecture: str, variants: Iterable[str] = ()) -> str:
    """Compare the series of candidates; see the docstring of the module."""
    wanted = plain(architecture)
    names = [name for name in map(plain, variants) if len(name) >= SHORTEST]
    verdicts = []
    for series in map(series_of, ids):
        alike = [name for name in names if series.startswith(name) or name.startswith(series)]
        verdicts.append(series.startswith(wanted) or (len(series) >= SHORTEST and bool(alike)))
    if not verdicts:
        return "unknown"
    return "alone" if all(verdicts) else "shared" if any(verdicts) else "wrong"


def variant_verdict(ids: Iterable[str], variants: Iterable[str]) -> str:
    """Compare the releases; see the docstring of the module."""
    releases = [plain(text.split(".", 2)[2]) for text in ids if text.startswith("mir:model.")]
    if not releases:
        return "untold"
    wanted = [[plain(f"-{word}") for word in re.split(r"[^\w.]+|_", part) if plain(word)] for part in variants]
    named = [any(all(word in release for word in words) for release in releases) for words in wanted]
    return "all" if all(named) else "some" if any(named) else "other"


def table(title: str, counts: Mapping[str, Counter[str]], verdicts: Iterable[str]) -> None:
    """Print how often each verdict was given, a line a kind."""
    columns = list(verdicts)
    print(f"{title:20}{'cases':>7}" + "".join(f"{column:>16}" for column in columns))
    for kind in sorted(counts):
        row = "".join(f"{counts[kind][column]:>16}" for column in columns)
        print(f"{kind:20}{sum(counts[kind][column] for column in columns):>7}{row}")
    print()


def share(counts: Mapping[str, Counter[str]], verdicts: Iterable[str]) -> str:
    """Say how many percent of diffusion models and checkpoints got each verdict."""
    sums: Counter[str] = Counter()
    for kind in MODELS:
        sums.update(counts.get(kind, {}))
    every = sum(sums.values()) or 1
    return ", ".join(f"{verdict} {100 * sums[verdict] / every:.1f} %" for verdict in verdicts)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--registry", type=Path, default=Path(__file__).resolve().parents[1])
    parser.add_argument("--list", action="store_true", help="print what is not right, and variants that are not named")
    options = parser.parse_args()
    cases = json.loads((options.folder / "MANIFEST.json").read_text(encoding="utf-8"))
    kinds: dict[str, Counter[str]] = {}
    series: dict[str, Counter[str]] = {}
    variants: dict[str, Counter[str]] = {}
    by_name = taken = 0
    times: list[float] = []
    with open_index(options.registry) as index:
        identifier = Identifier(index)
        for case in cases:
            header = header_of(options.folder / case["file"])
            start = time.perf_counter()
            answer = identifier.identify(header)
            times.append((time.perf_counter() - start) * 1000)
            ids = [claim.id for claim in answer.candidates]
            label = case["kind"]
            found: list[str] = []
            if label != "component":
                found.append(kind_verdict(label, answer))
                kinds.setdefault(label, Counter())[found[-1]] += 1
            adapter = answer.components[0].adapter if answer.components else None
            taken += adapter is not None and label not in ADAPTERS
            by_name += adapter is not None and bool(ids) and not adapter.proved and label in ADAPTERS
            if case["architecture"] and label in (*MODELS, *ADAPTERS):
                labelled = alternatives(case["variant"]) if label in MODELS else []
                found.append(series_verdict(ids, case["architecture"], labelled))
                series.setdefault(label, Counter())[found[-1]] += 1
                if labelled:
                    found.append(variant_verdict(ids, labelled))
                    variants.setdefault(label, Counter())[found[-1]] += 1
            if options.list and {"wrong", "unknown", "other", "untold", "some"} & set(found):
                wanted = " ".join(str(case[name]) for name in ("kind", "architecture", "variant"))
                print(f"{case['id']}: {'/'.join(found)}; {wanted} was wanted, {answer.kind} {', '.join(ids)} found")
    table("kind", kinds, KIND)
    table("series", series, SERIES)
    table("variant", variants, VARIANT)
    print("diffusion models and checkpoints")
    for title, counts, verdicts in (("kind", kinds, KIND), ("series", series, SERIES), ("variant", variants, VARIANT)):
        print(f"  {title}: {share(counts, verdicts)}")
    print(f"adapters whose base only names speak for: {by_name}; others taken for adapters: {taken}")
    times.sort()
    print(f"milliseconds a file: {times[len(times) // 2]:.1f} median, {times[int(len(times) * 0.95)]:.1f} at 95 %")


if __name__ == "__main__":
    main()

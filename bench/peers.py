"""How many labelled files peers recognise, how many they take for another, and in what time, beside identify.

    python bench/peers.py FOLDER --diffusers VENV/bin/python --spandrel VENV/bin/python

FOLDER is that of `bench/identify.py`. A peer runs in its own Python, which is given by its path, and is asked as its
own loader asks it: diffusers by `infer_diffusers_model_type`, of networks and checkpoints; spandrel by the
architectures of its main registry, of the upscalers. It gets names and shapes as tensors on the meta device; to read
the file, and to start the peer, is not counted. What diffusers calls a file is held against the label by the table
below. It has no word for not knowing, and calls the rest `v1`: each of these is wrong where the label says otherwise.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from identify import MODELS, alternatives, header_of, plain, series_verdict

from mirld.lookup.identifying import Identifier
from mirld.registry.place import open_index
from mirld.weights import Header

VERDICTS = ("right", "wrong", "unknown")
CALLED: dict[str, str] = {
    "ace-step": "ace-step",
    "animatediff": "stable-diffusion",
    "auraflow": "auraflow",
    "autoencoder-dc": "sana",
    "chroma": "chroma",
    "cogvideox": "cogvideox",
    "controlnet": "controlnet",
    "cosmos-1": "cosmos-1",
    "cosmos-2": "cosmos-predict2",
    "flux": "flux-1",
    "flux-2": "flux-2",
    "hidream": "hidream",
    "hunyuan-video": "hunyuan-video",
    "inpainting": "stable-diffusion-v1",
    "inpainting_v2": "stable-diffusion-v2",
    "instruct-pix2pix": "stable-diffusion",
    "ltx": "ltx",
    "lumina2": "lumina-image-2",
    "mochi": "mochi",
    "playground": "stable-diffusion-xl",
    "sana": "sana",
    "sd3": "stable-diffusion-3",
    "stable_cascade": "stable-cascade",
    "svd": "stable-video-diffusion",
    "unet": "stable-diffusion",
    "upscale": "stable-diffusion-x4-upscaler",
    "v1": "stable-diffusion-v1",
    "v2": "stable-diffusion-v2",
    "wan": "wan",
    "xl": "stable-diffusion-xl",
    "z-image": "z-image",
}
"""The architecture of a label by how a word of diffusers begins; the longest beginning counts."""

_START = """
import json, sys, time
import torch
def answers(ask):
    for line in sys.stdin:
        names = json.loads(line)
        tensors = {name: torch.empty(shape, device="meta") for name, shape in names}
        start = time.process_time()
        try:
            found = ask(tensors)
        except Exception as error:
            found = None
        print(json.dumps([found, (time.process_time() - start) * 1000]), flush=True)
"""
PEERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "diffusers": (
        _START + "from diffusers.loaders.single_file_utils import infer_diffusers_model_type\n"
        "answers(infer_diffusers_model_type)\n",
        MODELS,
    ),
    "spandrel": (
        _START + "from spandrel import MAIN_REGISTRY, canonicalize_state_dict\n"
        "def ask(tensors):\n"
        "    tensors = canonicalize_state_dict(tensors)\n"
        "    kinds = MAIN_REGISTRY.architectures('detection')\n"
        "    return next((each.architecture.id for each in kinds if each.architecture.detect(tensors)), None)\n"
        "answers(ask)\n",
        ("upscaler",),
    ),
}
"""What each peer runs, and the kinds of files that it is asked about."""


def asked(python: str, program: str, headers: Iterable[Header]) -> list[tuple[str | None, float]]:
    """Ask a peer what files are: its word for each, None for none, and milliseconds of the processor."""
    lines = []
    for header in headers:
        shapes = zip(header.tensors.names, header.tensors.shapes, strict=True)
        lines.append(json.dumps([[name, list(shape or ())] for name, shape in shapes]))
    done = subprocess.run([python, "-c", program], input="\n".join(lines), capture_output=True, text=True, check=True)
    return [(word, spent) for word, spent in map(json.loads, done.stdout.splitlines())]


def peer_verdict(peer: str, word: str | None, architecture: str) -> str:
    """Hold what a peer says against a label."""
    if word is None:
        return "unknown"
    if peer == "spandrel":
        return "right" if plain(word).endswith(plain(architecture)) else "wrong"
    begins = max((each for each in CALLED if word.startswith(each)), key=len, default=None)
    is_right = begins is not None and plain(architecture).startswith(plain(CALLED[begins]))
    return "right" if is_right else "wrong"


def ours(identifier: Identifier, header: Header, case: dict[str, Any]) -> tuple[str, float]:
    """Say what identify makes of a file; of an upscaler, whose architecture it may only name, by its label."""
    start = time.process_time()
    answer = identifier.identify(header)
    spent = (time.process_time() - start) * 1000
    if case["kind"] == "upscaler":
        words = [each.label for each in answer.components] + [claim.id for claim in answer.candidates]
        found = any(plain(case["architecture"]) in plain(word) for word in words)
        return ("right" if found else "wrong" if words else "unknown"), spent
    ids = [claim.id for claim in answer.candidates]
    verdict = series_verdict(ids, case["architecture"], alternatives(case["variant"]))
    return ("right" if verdict in ("alone", "shared") else verdict), spent


def row(name: str, kinds: Iterable[str], verdicts: list[str], times: list[float]) -> str:
    """Write what came of one peer."""
    counts = Counter(verdicts)
    times = sorted(times)
    figures = "".join(f"{counts[verdict]:>10}" for verdict in VERDICTS)
    spent = f"{times[len(times) // 2]:>10.2f}{times[int(len(times) * 0.95)]:>10.2f}"
    return f"{name:12}{', '.join(kinds):24}{len(verdicts):>7}{figures}{spent}"


def main() -> None:
    """Print a table: a line a peer, and one for identify on the same files."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--registry", type=Path, default=Path(__file__).resolve().parents[1])
    for peer in PEERS:
        parser.add_argument(f"--{peer}", metavar="PYTHON", help=f"the Python that has {peer}")
    options = parser.parse_args()
    every = json.loads((options.folder / "MANIFEST.json").read_text(encoding="utf-8"))
    columns = "".join(f"{column:>10}" for column in (*VERDICTS, "ms, half", "ms, 95 %"))
    print(f"{'':12}{'kinds':24}{'files':>7}{columns}")
    with open_index(options.registry) as index:
        identifier = Identifier(index)
        for peer, (program, kinds) in PEERS.items():
            cases = [case for case in every if case["kind"] in kinds and case["architecture"] and case["has_shapes"]]
            headers = [header_of(options.folder / case["file"]) for case in cases]
            mine = [ours(identifier, header, case) for header, case in zip(headers, cases, strict=True)]
            print(row("identify", kinds, [verdict for verdict, _ in mine], [spent for _, spent in mine]))
            python = getattr(options, peer)
            if python is not None:
                said = asked(python, program, headers)
                verdicts = [
                    peer_verdict(peer, word, case["architecture"]) for (word, _), case in zip(said, cases, strict=True)
                ]
                print(row(peer, kinds, verdicts, [spent for _, spent in said]))


if __name__ == "__main__":
    main()

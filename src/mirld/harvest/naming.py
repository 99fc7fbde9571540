"""Names at scale: pure functions from what a source calls a thing to the tokens of its id; rules in docs/naming.md.

    series    one a family: the words of the title before the first that tells of size or of tuning
    release   the words from there on; `base` when there are none
    packing   words that tell only how the weights are packed: left out of the name, kept as properties

A version belongs to the family it is a version of (`qwen2.5`, `llama-3.1`), so it is never cut off.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator
from typing import NamedTuple

from mirld.grammar import MAX_LENGTH

_OUTSIDE = re.compile(r"[^a-z0-9._-]+")
_EDGES = re.compile(r"^[^a-z0-9]+|[^a-z0-9]+$")
_DIVIDERS = re.compile(r"[-_ ]+")
_POINT = re.compile(r"(?<=\d)_(?=\d(?!\d))")
_BLOCKS = re.compile(r"(?<![a-z0-9])(i?q\d)_(?=\d)", re.IGNORECASE)
_RUNS = re.compile(r"([-._])[-._]+")

# 7b, 0.5b, 8x7b, 135m, a3b, e4b, 1.8t; and the sizes that have names.
_SIZE = re.compile(
    r"(?:[ae]?\d+(?:\.\d+)?(?:x\d+(?:\.\d+)?)?[bmkt]|\d+e|xs|xl|xxl"
    r"|(?:nano|tiny|micro|mini|x?small|medium|(?:\d?x{0,2})large|huge|giant)(?:\.en)?)"
)
_TUNING = re.compile(
    r"(?:instruct(?:ed|ion)?|chat|base(?:\.en)?|it|pt|sft|dpo|orpo|rlhf|rl|preview|thinking|think|reasoning|abliterated"
    r"|uncensored|distilled|finetuned?|ft|captioner|dev|schnell|turbo|lightning)"
)
_PACKING = re.compile(
    r"(?:(?:imat\.)?ggufs?|ggml|awq|gptq|exl[23]|mlx|onnx|bnb|nf4|fp16|fp8|fp4|mxfp[48]|nvfp4|bf16|f16|f32|int[348]|w4a16"
    r"|w8a8|w8a16|dwq|int[48]mix|fp16mix|[2-8](?:\.\d+)?bits?|[2-8]bpw|i?q[1-8](?:[._](?:k|0|1|xs|xxs|s|m|l|nl))*|q[2-8]k"
    r"|imat|imatrix|i1|dynamic|hf|safetensors|diffusers|quantized|quant|unquantized|marlin|autoround|hqq|gptqmodel)",
)
_OPENERS = frozenset(("meta", "facebook", "microsoft", "google", "mistralai", "nvidia", "ibm"))

LONGEST_TOKEN = (MAX_LENGTH - len("mir:operations.unclassified.:")) // 2
"""Characters of the longest token a series or a release may have, so that every id fits its grammar."""


class Title(NamedTuple):
    """A title taken apart: series and release are words with `-` between, packing is each word by itself."""

    series: str
    release: str | None
    packing: tuple[str, ...]


def token(text: str) -> str:
    """Make a token of a text, for a series or a release; empty when it holds no letter or digit.

    >>> token("Stable Diffusion XL"), token("Qwen2.5-VL"), token("Éloquence (v2)"), token("C++")
    ('stable-diffusion-xl', 'qwen2.5-vl', 'eloquence-v2', 'c-plus-plus')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("+", "-plus")
    joined = _RUNS.sub(r"\1", _OUTSIDE.sub("-", plain))
    return _EDGES.sub("", _EDGES.sub("", joined)[:LONGEST_TOKEN])


def split_title(title: str) -> Title:
    """Take the title of a model apart: a title is what follows the owner in the name of a repository.

    >>> split_title("Qwen2.5-7B-Instruct-GGUF")
    Title(series='Qwen2.5', release='7B-Instruct', packing=('gguf',))
    >>> split_title("Meta-Llama-3.1-8B-Instruct")
    Title(series='Llama-3.1', release='8B-Instruct', packing=())
    >>> split_title("InternVL3_5-8B")
    Title(series='InternVL3.5', release='8B', packing=())
    >>> split_title("gpt2")
    Title(series='gpt2', release=None, packing=())
    """
    words, packing = _unpacked(_words(title))
    if len(words) > 1 and words[0].lower() in _OPENERS:
        words = words[1:]
    at = next((place for place, word in enumerate(words) if place and _divides(word)), len(words))
    series, release = "-".join(words[:at]), "-".join(words[at:])
    return Title(series, release or None, tuple(packing))


def title_of_family(title: str, names: Container[str]) -> Title:
    """Take a title apart as `split_title` does, but let the first words be the series where they name a known one.

    `names` are those of series, as `same_name` writes them. The longest run of words that is one of them counts.

    >>> title_of_family("layoutlm-document-qa", {"layoutlm"})
    Title(series='layoutlm', release='document-qa', packing=())
    """
    words, packing = _unpacked([word for word in _DIVIDERS.split(title.strip()) if word])
    for count in range(len(words), 0, -1):
        series = "-".join(words[:count])
        if same_name(series) in names:
            return Title(series, "-".join(words[count:]) or None, tuple(packing))
    return split_title(title)


def unpacked(title: str) -> str:
    """Return a title without the words that tell only of packing.

    >>> unpacked("Qwen2.5-7B-Instruct-Q4_K_M-GGUF"), unpacked("FLUX.1-dev-fp8")
    ('Qwen2.5-7B-Instruct', 'FLUX.1-dev')
    """
    return "-".join(_unpacked(_words(title))[0])


def title_key(title: str) -> str:
    """Return what two titles of one model have in common, whoever packed it.

    >>> title_key("Meta-Llama-3.1-8B-Instruct") == title_key("Llama-3.1-8B-Instruct-Q4_K_M-GGUF")
    True
    """
    found = split_title(title)
    return same_name(found.series + (found.release or ""))


def same_name(text: str) -> str:
    """Return what two spellings of one name have in common: letters and digits.

    >>> same_name("Stable Diffusion 3.5") == same_name("stable-diffusion-3.5") == same_name("StableDiffusion-3_5")
    True
    """
    return re.sub(r"[^a-z0-9]+", "", unicodedata.normalize("NFKD", text).lower())


def is_size(word: str) -> bool:
    """Say whether a word tells of size alone.

    >>> is_size("7b"), is_size("tiny"), is_size("qwen")
    (True, True, False)
    """
    return _SIZE.fullmatch(word.lower()) is not None


def candidates(release: str, owner: str | None) -> Iterator[str]:
    """Give the names that a release may have, the plainest first: its own, then with its owner, then with a number.

    >>> names = candidates("7b", "TheBloke")
    >>> next(names), next(names), next(names)
    ('7b', '7b-thebloke', '7b-thebloke-2')
    """
    plain = token(release) or "base"
    yield plain
    owned = token(f"{plain}-{owner}") if owner else plain
    if owned != plain:
        yield owned
    for number in range(2, 100):
        yield f"{owned}-{number}"


def _words(title: str) -> list[str]:
    # Hosts whose names take no point have an underscore in its place: InternVL3_5 is InternVL3.5, and Q8_0 is no 8.0,
    # nor patch16_224 a 16.224.
    return [word for word in _DIVIDERS.split(_POINT.sub(".", _BLOCKS.sub(r"\1-", title.strip()))) if word]


def _divides(word: str) -> bool:
    return is_size(word) or _TUNING.fullmatch(word.lower()) is not None


def _unpacked(words: list[str]) -> tuple[list[str], list[str]]:
    """Divide words into those that name, and those that tell of packing; the first word always names."""
    named, packing = words[:1], []
    rest = iter(range(1, len(words)))
    for at in rest:
        # Q4_K_M was divided like all else: put together what belongs together.
        low = words[at].lower()
        if re.fullmatch(r"i?q[1-8]", low):
            mark = [low]
            while at + 1 < len(words) and re.fullmatch(r"k|0|1|xs|xxs|s|m|l|nl|xl", words[at + 1].lower()):
                at = next(rest)
                mark.append(words[at].lower())
            packing.append("-".join(mark))
        elif _PACKING.fullmatch(low):
            packing.append(low)
        else:
            named.append(words[at])
    return named, packing

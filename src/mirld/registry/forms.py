"""What a text is by its form alone: a repository, a digest, a class, a file name. No registry is asked.

A text may have several forms at once; every function here says only whether it could be its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

HUGGING_FACE = "huggingface.co"
_HOSTS = {"hf.co": HUGGING_FACE, "www.huggingface.co": HUGGING_FACE, "hf-mirror.com": HUGGING_FACE}
_NAME = r"[A-Za-z0-9][\w.-]*"
_OWNED = re.compile(rf"({_NAME}/{_NAME})")
# Package URL: https://github.com/package-url/purl-spec, pkg:type/namespace/name@version?qualifiers#subpath
_PURL = re.compile(
    rf"pkg:/*(?P<type>[a-z.+-]+)/(?P<name>{_NAME}(?:/{_NAME})?)(?:@(?P<revision>[^?#]+))?(?:[?#].*)?", re.I
)
_URL = re.compile(
    r"(?:(?:https?|hf)://)?(?:www\.)?(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)/(?P<path>[^?#]*)(?:[?#].*)?", re.I
)
_PURL_HOSTS = {"huggingface": HUGGING_FACE, "github": "github.com"}
# What stands between the name of a repository and a revision in the address of a page or file of it.
_INSIDE = frozenset(("tree", "blob", "resolve", "raw", "commit", "commits", "discussions"))
_NO_MODELS = frozenset(("datasets", "spaces", "papers", "blog", "docs", "collections", "api"))
_DIGEST = re.compile(r"(?:(?:sha-?256|blake3|b3|md5|autov[123])[:-]|0x)?(?P<digits>[0-9a-f]{8,64})(?:\.\w+)?", re.I)
_CLASS = re.compile(r"(?:(?P<module>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)[.:])?(?P<name>[A-Za-z_]\w+)")
_AIR = re.compile(
    r"(?:urn:)?(?:air:)?(?P<rest>[a-z0-9_.-]+(?::[a-z0-9_./-]+)+(?:@[\w.-]+)?(?:\+[\w.-]+)?(?:\.[a-z]+)?)", re.I
)


class RepositoryForm(NamedTuple):
    """A repository as written: `owner/name` in lower case; host, revision and file when they are said."""

    name: str
    host: str | None = None
    revision: str | None = None
    file: str | None = None


def repository(text: str) -> RepositoryForm | None:
    """Read `owner/name`, the address of a repository or of a file in it, `hf://…`, or a package URL.

    >>> repository("https://huggingface.co/openai/clip-vit-large-patch14/resolve/main/model.safetensors")[1:]
    ('huggingface.co', 'main', 'model.safetensors')
    >>> repository("pkg:huggingface/stabilityai/sdxl-turbo@f4b0486b").revision
    'f4b0486b'
    >>> repository("ByteDance/Hyper-SD:Q4_K_M")
    RepositoryForm(name='bytedance/hyper-sd', host=None, revision=None, file=None)
    >>> repository("Euler")
    """
    purl = _PURL.fullmatch(unquote(text))
    if purl:
        host = _PURL_HOSTS.get(purl["type"].lower(), purl["type"].lower())
        return RepositoryForm(purl["name"].lower(), host, purl["revision"])
    if text.lower().startswith("hf://"):
        text = f"{HUGGING_FACE}/{text[5:]}"
    elif text.lower().startswith("models--"):  # a folder of the Hugging Face cache
        text = text[8:].strip("/").split("/")[0].replace("--", "/", 1)
    owned = re.fullmatch(rf"{_OWNED.pattern}(?:@(?P<revision>[\w./-]+)|:[\w.-]+)?/?", text)
    if owned and "." not in owned[1].partition("/")[0]:
        return RepositoryForm(owned[1].lower(), revision=owned["revision"])
    url = _URL.fullmatch(unquote(text))
    if url is None:
        return None
    host = _HOSTS.get(url["host"].lower(), url["host"].lower())
    segments = [segment for segment in url["path"].split("/") if segment]
    if segments and segments[0] == "models" and len(segments) > 2:
        segments = segments[1:]  # modelscope.cn/models/owner/name
    if len(segments) < 2 or segments[0] in _NO_MODELS:
        return None
    owner, name, *rest = segments
    name = re.split(r"[:@]", name)[0].removesuffix(".git")
    found = _OWNED.fullmatch(f"{owner}/{name}")
    if found is None:
        return None
    inside = len(rest) > 1 and rest[0] in _INSIDE
    return RepositoryForm(
        found[1].lower(), host, rest[1] if inside else None, "/".join(rest[2:]) or None if inside else None
    )


def air(text: str) -> str | None:
    """Write a Civitai AIR in one form: lower case, without `urn:` and `air:`.

    >>> air("urn:air:sdxl:checkpoint:civitai:101055@128078")
    'sdxl:checkpoint:civitai:101055@128078'
    """
    match = _AIR.fullmatch(text)
    return match["rest"].lower() if match else None


def air_endings(written: str) -> Iterator[str]:
    """Give every part of an AIR that one may write for it: all of it, without its version, and from a colon on.

    >>> list(air_endings("sdxl:lora:civitai:7@8"))
    ['sdxl:lora:civitai:7@8', 'sdxl:lora:civitai:7', 'lora:civitai:7@8', 'civitai:7@8']
    """
    yield written
    if "@" in written:
        yield written.partition("@")[0]
    rest = written.partition(":")[2]
    while ":" in rest:
        yield rest
        rest = rest.partition(":")[2]


def page(address: str) -> str:
    """Write a web address without what may be left out: scheme, `www.`, the slash at its end, capitals.

    >>> page("https://www.Example.org/a/")
    'example.org/a'
    """
    return address.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")


def digest(text: str) -> str | None:
    """Read a digest, or at least eight digits that one begins with: lower-case hexadecimal digits.

    >>> digest("sha256:31E35C80FC4829D1"), digest("md5:a29710fea6dd"), digest("0xdeadbeef"), digest("deadbee")
    ('31e35c80fc4829d1', 'a29710fea6dd', 'deadbeef', None)
    """
    match = _DIGEST.fullmatch(text)
    return match["digits"].lower() if match else None


def class_name(text: str) -> tuple[str | None, str] | None:
    """Read the name of a class, with its module when it is said; the class in lower case.

    >>> class_name("diffusers.StableDiffusionXLPipeline")
    ('diffusers', 'stablediffusionxlpipeline')
    """
    match = _CLASS.fullmatch(text)
    return (match["module"], match["name"].lower()) if match else None


def file_name(text: str) -> str:
    r"""Return the last segment of a path, in lower case.

    >>> file_name(r"C:\models\sd_xl_base_1.0.safetensors")
    'sd_xl_base_1.0.safetensors'
    """
    return re.split(r"[\\/]", text)[-1].lower()


_LISTED = re.compile(r"""\[\s*["'](.*?)["']\s*,\s*["'](.*?)["']\s*]""", re.DOTALL)


def folded(text: str) -> str:
    """Write an old id in the one form that all its published spellings share.

    Case, `mir:`, spaces around marks and quotes are dropped; the list of series and compatibility is joined.

    >>> folded(" MIR : Info.UNet.Kolors : * "), folded("['info.unet.kolors', '*']")
    ('info.unet.kolors:*', 'info.unet.kolors:*')
    """
    text = text.strip()
    listed = _LISTED.fullmatch(text)
    text = f"{listed[1]}:{listed[2]}" if listed else text
    text = re.sub(r"\s*([:.@/])\s*", r"\1", text.strip("\"'`<> ").casefold())
    return re.sub(r"^mir:(?://)?", "", text)

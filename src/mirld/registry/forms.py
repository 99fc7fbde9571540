"""What a text is by its form alone: a repository, a digest, a class, a file name. No registry is asked.

A text may have several forms at once; every function here says only whether it could be its own. Patterns are compiled
when a text first needs them: a look-up is over before all of them would be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

HUGGING_FACE = "huggingface.co"
_HOSTS = {"hf.co": HUGGING_FACE, "www.huggingface.co": HUGGING_FACE, "hf-mirror.com": HUGGING_FACE}
_NAME = r"[A-Za-z0-9][\w.-]*"
_OWNED = rf"({_NAME}/{_NAME})"
# Package URL: https://github.com/package-url/purl-spec, pkg:type/namespace/name@version?qualifiers#subpath
_PURL = rf"(?i)pkg:/*(?P<type>[a-z.+-]+)/(?P<name>{_NAME}(?:/{_NAME})?)(?:@(?P<revision>[^?#]+))?(?:[?#].*)?"
_URL = r"(?i)(?:(?:https?|hf)://)?(?:www\.)?(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)/(?P<path>[^?#]*)(?:[?#].*)?"
_PURL_HOSTS = {"huggingface": HUGGING_FACE, "github": "github.com"}
# What stands between the name of a repository and a revision in the address of a page or file of it.
_INSIDE = frozenset(("tree", "blob", "resolve", "raw", "commit", "commits", "discussions"))
_WAYS = _INSIDE | {"models", "library", "main", "master"}
# owner/model/framework/variation[/version]: https://www.kaggle.com/docs/models
_KAGGLE = (
    r"(?i)(?:kaggle:(?://)?|(?:https?://)?(?:www\.)?kaggle\.com/)(?:models/)?(?P<name>[\w.-]+(?:/[\w.-]+){1,3})"
    r"(?:[/@:]\d+)?/?(?:[?#].*)?"
)
_CIVITAI = (
    r"(?i)(?:https?://)?(?:www\.)?civitai\.com/models/(?P<model>\d+)(?:/[^?#]*)?"
    r"(?:\?(?:.*&)?modelVersionId=(?P<version>\d+).*)?"
)
_LONGEST_START = 40  # characters in which a scheme and a host are looked for
_NO_MODELS = frozenset(("datasets", "spaces", "papers", "blog", "docs", "collections", "api"))
_DIGEST = r"(?i)(?:(?:sha-?256|blake3|b3|md5|autov[123])[:-]|0x)?(?P<digits>[0-9a-f]{8,64})(?:\.\w+)?"
_CLASS = r"(?:(?P<module>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)[.:])?(?P<name>[A-Za-z_]\w+)"
_AIR = r"(?i)(?:urn:)?(?:air:)?(?P<rest>[a-z0-9_.-]+(?::[a-z0-9_./-]+)+(?:@[\w.-]+)?(?:\+[\w.-]+)?(?:\.[a-z]+)?)"


class RepositoryForm(NamedTuple):
    """A repository as written: `owner/name` in lower case; host, revision and file when they are said."""

    name: str
    host: str | None = None
    revision: str | None = None
    file: str | None = None


def repository(text: str) -> RepositoryForm | None:
    """Read `owner/name`, with a folder or file of it, its address or that of a file in it, `hf://…`, or a package URL.

    >>> repository("https://huggingface.co/openai/clip-vit-large-patch14/resolve/main/model.safetensors")[1:]
    ('huggingface.co', 'main', 'model.safetensors')
    >>> repository("pkg:huggingface/stabilityai/sdxl-turbo@f4b0486b").revision
    'f4b0486b'
    >>> repository("ByteDance/Hyper-SD:Q4_K_M")
    RepositoryForm(name='bytedance/hyper-sd', host=None, revision=None, file=None)
    >>> repository("kaggle://keras/bert/keras/bert_base_en/3").name
    'keras/bert/keras/bert_base_en'
    >>> repository("black-forest-labs/FLUX.1-dev/vae").file
    'vae'
    >>> repository("Euler")
    """
    written = _unquoted(text)
    start = written[:_LONGEST_START].lower()
    kaggle = re.fullmatch(_KAGGLE, text) if "kaggle" in start else None
    if kaggle:
        return RepositoryForm(kaggle["name"].lower(), "kaggle.com")
    purl = re.fullmatch(_PURL, written) if start.startswith("pkg:") else None
    if purl:
        host = _PURL_HOSTS.get(purl["type"].lower(), purl["type"].lower())
        return RepositoryForm(purl["name"].lower(), host, purl["revision"])
    if start.startswith("hf://"):
        text = written = f"{HUGGING_FACE}/{written[5:]}"
    elif start.startswith("models--"):  # a folder of the Hugging Face cache
        text = text[8:].strip("/").split("/")[0].replace("--", "/", 1)
    if "/" not in text and "/" not in written:
        return None
    owned = re.fullmatch(rf"{_OWNED}(?:@(?P<revision>[\w./-]+)|:[\w.-]+)?/?", text)
    if owned and "." not in owned[1].partition("/")[0]:
        return RepositoryForm(owned[1].lower(), revision=owned["revision"])
    inside = re.fullmatch(rf"{_OWNED}/(?P<file>\w[\w.+-]*(?:/\w[\w.+-]*)*)/?", text)
    if inside and "." not in inside[1].partition("/")[0]:
        return RepositoryForm(inside[1].lower(), file=inside["file"])
    url = re.fullmatch(_URL, written)
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
    found = re.fullmatch(_OWNED, f"{owner}/{name}")
    if found is None:
        return None
    if len(rest) < 2 or rest[0] not in _INSIDE:
        return RepositoryForm(found[1].lower(), host)
    return RepositoryForm(found[1].lower(), host, rest[1], "/".join(rest[2:]) or None)


def air(text: str) -> str | None:
    """Write a Civitai AIR, or what the address of its page says of it, in one form: lower case, without `urn:air:`.

    >>> air("urn:air:sdxl:checkpoint:civitai:101055@128078")
    'sdxl:checkpoint:civitai:101055@128078'
    >>> air("https://civitai.com/models/101055/sd-xl?modelVersionId=128078")
    'civitai:101055@128078'
    """
    shown = re.fullmatch(_CIVITAI, text) if "civitai.com" in text[:_LONGEST_START].lower() else None
    if shown:
        return f"civitai:{shown['model']}" + (f"@{shown['version']}" if shown["version"] else "")
    match = re.fullmatch(_AIR, text) if ":" in text else None
    return match["rest"].lower() if match else None


def path_words(text: str) -> str:
    """Return of a web address what may be words of a name: its path, without what only leads there; else the text.

    >>> path_words("https://ollama.com/library/llama3.1:8b"), path_words("sdxl turbo")
    ('llama3.1:8b', 'sdxl turbo')
    """
    start, scheme, rest = text.partition("://")
    if not scheme or " " in start:
        return text
    path = re.split(r"[?#]", rest.partition("/")[2])[0]
    return " ".join(each for each in path.split("/") if each.lower() not in _WAYS) or text


def air_endings(written: str) -> Iterator[str]:
    """Give every part of an AIR that one may write for it: from any colon on, with its version and without.

    >>> list(air_endings("sdxl:lora:civitai:7@8"))[2:]
    ['lora:civitai:7@8', 'lora:civitai:7', 'civitai:7@8', 'civitai:7']
    """
    while ":" in written:
        yield written
        if "@" in written:
            yield written.partition("@")[0]
        written = written.partition(":")[2]


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
    match = re.fullmatch(_DIGEST, text)
    return match["digits"].lower() if match else None


def class_name(text: str) -> tuple[str | None, str] | None:
    """Read the name of a class, with its module when it is said; the class in lower case.

    >>> class_name("diffusers.StableDiffusionXLPipeline")
    ('diffusers', 'stablediffusionxlpipeline')
    """
    match = re.fullmatch(_CLASS, text)
    return (match["module"], match["name"].lower()) if match else None


def file_name(text: str) -> str:
    r"""Return the last segment of a path, in lower case.

    >>> file_name(r"C:\models\sd_xl_base_1.0.safetensors")
    'sd_xl_base_1.0.safetensors'
    """
    return text.replace("\\", "/").rpartition("/")[2].lower()


_LISTED = r"""(?s)\[\s*["'](.*?)["']\s*,\s*["'](.*?)["']\s*]"""


def folded(text: str) -> str:
    """Write an old id in the one form that all its published spellings share.

    Case, `mir:`, spaces around marks and quotes are dropped; the list of series and compatibility is joined.

    >>> folded(" MIR : Info.UNet.Kolors : * "), folded("['info.unet.kolors', '*']")
    ('info.unet.kolors:*', 'info.unet.kolors:*')
    """
    text = text.strip()
    listed = re.fullmatch(_LISTED, text) if text.startswith("[") else None
    text = f"{listed[1]}:{listed[2]}" if listed else text
    text = text.strip("\"'`<> ").casefold()
    if len(text.split()) > 1:
        text = re.sub(r"\s*([:.@/])\s*", r"\1", text)
    return text[4:].removeprefix("//") if text.startswith("mir:") else text


def _unquoted(text: str) -> str:
    if "%" not in text:
        return text
    from urllib.parse import unquote

    return unquote(text)

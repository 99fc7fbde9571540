"""Look-ups over HTTP: what the commands print with --json, and problems as RFC 9457 has them.

Nothing that is asked is taken for a file of the server. The requests and answers are described by
site/content/api/openapi.json.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs

from mirld.errors import InputError, UsageError
from mirld.registry.index import Index
from mirld.serve.site import ALLOWED, Request, Response, as_json, finish, preflight

Asked = Mapping[str, list[str]]

_TITLES = {400: "This cannot be asked", 404: "Nothing has this name", 405: "This can only be read"}
_MOST = 20
"""Entries that one question may name: a pipeline has fewer parts."""
_LIMITS = range(1, 10_001)


def routes(index: Callable[[], Index]) -> dict[str, Callable[[Request], Response]]:
    """Name the paths of all look-ups; `index` is asked for when the first request comes."""
    return {f"/api/{name}": _route(answer, index) for name, answer in _ANSWERS.items()}


def _route(
    answer: Callable[[Index, Asked], Mapping[str, object]], index: Callable[[], Index]
) -> Callable[[Request], Response]:
    def respond(request: Request) -> Response:
        return finish(request, _respond(request, answer, index))

    return respond


def _respond(
    request: Request, answer: Callable[[Index, Asked], Mapping[str, object]], index: Callable[[], Index]
) -> Response:
    if request.method == "OPTIONS":
        return preflight(ALLOWED)
    if request.method not in ("GET", "HEAD"):
        refused = problem(405, f"an answer can only be read: {request.method}")
        return Response(status=405, headers=(*refused.headers, ("Allow", ALLOWED)), body=refused.body)
    try:
        asked = parse_qs(request.query, keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError:
        return problem(400, "the query is no UTF-8, or too long")
    if sum(map(len, asked.values())) > _MOST:
        return problem(400, f"a question has at most {_MOST} parts")
    try:
        return as_json(answer(index(), asked))
    except UsageError as error:
        return problem(400, str(error), error.hint)
    except InputError as error:
        return problem(404, str(error), error.hint)


def problem(status: int, detail: str, hint: str | None = None) -> Response:
    """Say why there is no answer."""
    said = {"title": _TITLES[status], "status": status, "detail": detail, **({"hint": hint} if hint else {})}
    body = json.dumps(said, ensure_ascii=False, indent=2).encode() + b"\n"
    return Response(status=status, headers=(("Content-Type", "application/problem+json"),), body=body)


def _one(asked: Asked, name: str) -> str | None:
    return next(iter(asked.get(name, ())), None) or None


def _needed(asked: Asked, name: str, what: str) -> str:
    found = _one(asked, name)
    if found is None:
        raise UsageError(f"say {what}: {name}=TEXT")
    return found


def _resolve(index: Index, asked: Asked) -> Mapping[str, object]:
    from mirld.lookup.resolving import LIMIT, resolve

    text = _needed(asked, "q", "what to resolve")
    written = _one(asked, "limit") or str(LIMIT)
    limit = int(written) if written.isascii() and written.isdigit() and len(written) < 6 else 0
    if limit not in _LIMITS:
        raise UsageError(f"limit is a number from {_LIMITS[0]} to {_LIMITS[-1]}: {written}")
    return resolve(index, text, limit=limit).first(limit).as_dict()


def _compat(index: Index, asked: Asked) -> Mapping[str, object]:
    from mirld.lookup.compatibility_texts import all_compatible, compatible, compatible_set

    one = _needed(asked, "a", "which entry")
    others = [text for text in asked.get("b", ()) if text]
    if not others:
        return all_compatible(index, one, _one(asked, "kind")).as_dict()
    if "kind" in asked:
        raise UsageError("kind is asked of one entry: name no other")
    if len(others) == 1:
        return compatible(index, one, others[0]).as_dict()
    return compatible_set(index, [one, *others]).as_dict()


def _settings(index: Index, asked: Asked) -> Mapping[str, object]:
    from mirld.lookup.knowledge import Indexed
    from mirld.lookup.layers import layered
    from mirld.lookup.meaning import meant
    from mirld.lookup.used import use

    known = Indexed(index)
    entry = meant(index, _needed(asked, "id", "which entry"))
    others = [meant(index, text) for text in asked.get("with", ()) if text]
    found = layered(known, use(known, entry, library=_one(asked, "for"), used_with=others))
    return found.as_dict(everything=_one(asked, "all") == "1")


def _load(index: Index, asked: Asked) -> Mapping[str, object]:
    from mirld.lookup.knowledge import Indexed
    from mirld.lookup.loading import load_code
    from mirld.lookup.meaning import meant
    from mirld.lookup.used import use

    known = Indexed(index)
    entry = meant(index, _needed(asked, "id", "which entry"))
    others = [meant(index, text) for text in asked.get("with", ()) if text]
    return load_code(known, use(known, entry, library=_one(asked, "library"), used_with=others)).as_dict()


_ANSWERS: Mapping[str, Callable[[Index, Asked], Mapping[str, object]]] = {
    "compat": _compat,
    "load": _load,
    "resolve": _resolve,
    "settings": _settings,
}

"""The harvest, step by step: from what was read to triples, findings and ledger records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mirld.graph.terms import Triple, text
from mirld.harvest.facts import concept
from mirld.harvest.upstream_mir import ledger
from mirld.harvest.upstream_mir.claims import Claims
from mirld.harvest.upstream_mir.components import claim_components
from mirld.harvest.upstream_mir.digests import claim_digests, owners, report_shared
from mirld.harvest.upstream_mir.loaders import load_packages
from mirld.harvest.upstream_mir.naming import Names, clean_repository, is_cut, mir_id
from mirld.harvest.upstream_mir.past import as_entry, packages, repositories
from mirld.harvest.upstream_mir.read import PastId, Upstream, UpstreamEntry
from mirld.harvest.upstream_mir.resolution import Resolver, by_dots, is_model
from mirld.harvest.upstream_mir.signs import claim_dimensions, claim_identifiers
from mirld.harvest.upstream_mir.tags import claim_tags, claim_target, repositories_of
from mirld.harvest.upstream_mir.tasks import claim_tasks
from mirld.vocab import MIR, SKOS

_NO_TOKENIZER = "The class that was listed for this tokenizer is that of the model itself; no tokenizer was recorded."
_LOST = "Nothing is known of it but the text."
_OF_ITS_OWN = ("*", "diffusers", "prior", "decoder")
"""Compatibilities under which a series holds its own model, not one made from it."""


def harvest_upstream(upstream: Upstream, table: Names, tasks: frozenset[str]) -> tuple[Claims, list[Triple]]:
    """Claim everything, and say what became of every id; `tasks` are the tokens of the scheme of tasks."""
    claims = Claims(table)
    resolver = Resolver(upstream, table)
    live = [(entry, resolver.paths[entry.id]) for entry in upstream.entries if entry.id in resolver.paths]
    new = [(entry, resolver.paths[entry.id]) for entry in upstream.delta if entry.id in resolver.paths]
    for entry, path in (*live, *new):
        _claim_entry(claims, upstream, entry, path, resolver)
    report_shared(claims, live)
    _report_names(claims, live)
    _report_unnamed(claims, upstream, resolver)
    past = {key: row for key, row in upstream.history.items() if key not in resolver.paths}
    targets = {key: _past_targets(claims, row, resolver) for key, row in past.items()}
    claim_dimensions(claims, upstream.specs)
    by_name = repositories_of(_paths_by_repository(claims, resolver, (*live, *new), past), table)
    dotted = by_dots(resolver.paths) | by_dots({key: found[0] for key, found in targets.items() if found})
    for tagged, mode in sorted(upstream.modes.items()):
        tagged_path = dotted.get(tagged)
        if tagged_path is not None and tagged_path.count("/") == 2:
            claim_tags(claims, _undotted(tagged, resolver, targets), tagged_path, mode, by_name, tasks)
    for path in list(claims.entries):
        claim_target(claims, path)
    return claims, _records(upstream, table, (*live, *new), targets, claims)


def _claim_entry(claims: Claims, upstream: Upstream, entry: UpstreamEntry, path: str, resolver: Resolver) -> None:
    names = [clean_repository(name) for name in repositories(entry.fields)]
    claims.entry(path, _title(claims, entry, names, resolver))
    for name in names:
        _claim_repository(claims, entry.id, path, name)
    if entry.id.startswith("ops.precision."):
        claims.add(claims.entry(path), MIR.precision, concept("precision", path.rpartition("/")[2]))
    load_packages(claims, entry, path, resolver)
    claim_digests(claims, entry, path, upstream.notes)
    claim_identifiers(claims, entry, path, upstream.handwritten)
    claim_components(claims, entry, path, resolver)
    claim_tasks(claims, entry, path)


def _title(claims: Claims, entry: UpstreamEntry, names: list[str], resolver: Resolver) -> str | None:
    """Name an entry that the table has no label for: by its repository, its class, or the model it belongs to."""
    if entry.id.startswith("info.encoder.tokenizer:"):
        model = resolver.model_of(entry.compatibility)
        return f"Tokenizer of {_release_title(claims, model)}" if model else None
    if entry.id.startswith("ops.precision."):
        return str(next(iter(entry.fields["pkg"]["0"]["torch"])))
    if names:
        return claims.names.current(names[0]).rpartition("/")[2]
    for package in (entry.fields.get("pkg") or {}).values():
        if isinstance(package.get("diffusers"), str):
            return str(package["diffusers"])
    return None


def _release_title(claims: Claims, path: str) -> str:
    architecture, series, release = path.split("/")
    family = claims.names.labels.get(f"{architecture}/{series}", series)
    return family if release == "base" else f"{family} {release}"


def _claim_repository(claims: Claims, upstream_id: str, path: str, name: str) -> None:
    right = claims.names.current(name)
    if name.lower() in claims.names.mended:
        comment = f"The hub has no such repository; {right} is meant."
        claims.find(upstream_id, "repo", "wrong-repository", name, comment, path)
        # No repository, but a name that it was known by: it still leads here.
        claims.add(claims.entry(path), SKOS.altLabel, text(name, "en"))
    claims.repository(path, right)
    if name.lower() in claims.names.renamed:
        claims.repository(path, name)


def _report_names(claims: Claims, live: Iterable[tuple[UpstreamEntry, str]]) -> None:
    """Report names that upstream destroyed, gave twice, or put under another architecture."""
    first: dict[str, str] = {}
    for entry, path in live:
        architecture, series, _ = path.split("/")
        if architecture == "encoder" or entry.id.startswith("ops."):
            continue
        name = entry.id.partition(":")[0].split(".", 2)[2]
        if path in first:
            comment = f"It is the same as {first[path]}, and one entry here."
            claims.find(entry.id, "id", "ambiguous-id", entry.id, comment, path)
        first.setdefault(path, entry.id)
        if entry.architecture not in (architecture, *claims.names.extra_architectures(path)):
            comment = f"The entry is named under {architecture}."
            claims.find(entry.id, "id", "wrong-architecture", entry.architecture, comment, path)
        title = next(iter(repositories(entry.fields)), None)
        of_its_own = entry.compatibility in _OF_ITS_OWN and entry.id not in claims.names.ids
        if title and of_its_own and is_cut(name, claims.names.current(title)):
            comment = f"The title of the repository is {title.rpartition('/')[2]}; the series is {series}."
            claims.find(entry.id, "id", "lost-name", name, comment, path)
        several = owners(claims, entry, path)
        if len(several) > 1:
            comment = f"Its digests are of {len(several)} models; each is on the one that it is of."
            claims.find(entry.id, "id", "ambiguous-id", [mir_id(one).path for one in several], comment, path)


def _report_unnamed(claims: Claims, upstream: Upstream, resolver: Resolver) -> None:
    for entry in (*upstream.entries, *upstream.delta):
        if entry.id not in resolver.paths:
            reason = claims.names.withdrawn.get(entry.id, _LOST)
            claims.find(entry.id, "id", "garbage-id", entry.id, reason, None)


def _past_targets(claims: Claims, past: PastId, resolver: Resolver) -> tuple[str, ...]:
    """Paths of what an id of the past stands for; makes the entries that only the past has."""
    if past.id in claims.names.withdrawn:
        return ()
    found = resolver.past(past)
    if past.id.endswith(":[init]") and not found:
        found = _series_of(past, resolver)
    names = [name for name in map(clean_repository, repositories(past.fields)) if "/" in name]
    by_path = {resolver.repository(name, past.id): name for name in reversed(names)}
    for path in found:
        if path in claims.entries:
            continue
        name = by_path.get(path)
        claims.entry(path, claims.names.current(name).rpartition("/")[2] if name else _past_title(past))
        if path.count("/") == 2:
            if name:
                claims.repository(path, claims.names.current(name))
            _claim_past(claims, as_entry(past), path, resolver)
    for path, name in by_path.items():
        if path in found and name.lower() in claims.names.renamed:
            claims.repository(path, name)
    return found


def _claim_past(claims: Claims, entry: UpstreamEntry, path: str, resolver: Resolver) -> None:
    if path.startswith("precision/"):
        claims.add(claims.entry(path), MIR.precision, concept("precision", path.rpartition("/")[2]))
    load_packages(claims, entry, path, resolver)
    claim_identifiers(claims, entry, path, ())


def _past_title(past: PastId) -> str | None:
    for package in packages(past.fields).values():
        if isinstance(package.get("diffusers"), str):
            return str(package["diffusers"])
    return "NF4" if "nf4" in past.id.lower() else None


def _series_of(past: PastId, resolver: Resolver) -> tuple[str, ...]:
    """Series that the other ids of the same key stand for: what `[init]`, the head of a series, became."""
    key = past.id.partition(":")[0]
    siblings = (row for row in resolver.history if row.id.startswith(key + ":") and row.id != past.id)
    found = {"/".join(path.split("/")[:2]) for row in siblings for path in resolver.past(row)}
    return tuple(sorted(found))


def _paths_by_repository(
    claims: Claims, resolver: Resolver, entries: Iterable[tuple[UpstreamEntry, str]], past: Mapping[str, PastId]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in past.values():
        for name in repositories(row.fields):
            path = resolver.repository(name, row.id)
            if path in claims.entries:
                found[name] = path
    for entry, path in entries:
        for name in repositories(entry.fields):
            if name not in found or not path.startswith("lora/"):
                found[name] = path
    return found


def _undotted(tagged: str, resolver: Resolver, targets: Mapping[str, tuple[str, ...]]) -> str:
    for known in (*resolver.paths, *targets):
        if known.replace(":", ".") == tagged:
            return known
    return tagged


def _records(
    upstream: Upstream,
    table: Names,
    entries: Iterable[tuple[UpstreamEntry, str]],
    targets: Mapping[str, tuple[str, ...]],
    claims: Claims,
) -> list[Triple]:
    result: list[Triple] = []
    named = {entry.id: owners(claims, entry, path) for entry, path in entries}
    ids = {**upstream.history, **{entry.id: None for entry in (*upstream.entries, *upstream.delta)}}
    for old in sorted(ids):
        past = upstream.history.get(old)
        paths = [mir_id(path).path for path in named.get(old) or targets.get(old) or ()]
        reason = None if paths else table.withdrawn.get(old, _LOST)
        if past and paths and old not in named and is_model(past):
            reason = _NO_TOKENIZER
        source = past.source if past else f"MIR@{upstream.delta_revision}:mir.json" if upstream.delta_revision else None
        result += ledger.record(
            old,
            paths,
            reason=reason,
            first_seen=past.first_seen if past else None,
            last_seen=past.last_seen if past else None,
            source=source,
        )
    return result

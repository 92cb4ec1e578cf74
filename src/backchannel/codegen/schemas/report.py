"""How an impact is told: lines for people, with the place first, or JSON."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from backchannel.codegen.schemas.changes import Change
from backchannel.codegen.schemas.effects import Effect
from backchannel.codegen.schemas.impact import Hit, Impact


def as_text(impact: Impact) -> Iterator[str]:
    """Lines: the hits by operation, then the changes that hit none, then a summary."""
    for hits in impact.hits.values():
        for hit in hits:
            path, line, column = hit.place
            yield f"{path}:{line}:{column}: {hit.operation}: {hit.effect}: {_message(hit)}"
        if hits:
            yield ""
    hitting = {hit.change for hit in impact.all_hits}
    others = [change for change in impact.changes if change not in hitting]
    for change in others:
        yield f"no operation: {change.coordinate}: {change.message}"
    if others:
        yield ""
    yield _summary(impact)


def as_json(impact: Impact) -> Iterator[str]:
    """A JSON object for each change, with its hits, and one for each hit without a change."""
    for change in impact.changes:
        yield _json(change, [hit for hit in impact.all_hits if hit.change == change])
    for hit in impact.all_hits:
        if hit.change is None:
            yield _json(None, [hit])


def _message(hit: Hit) -> str:
    change = hit.change
    told = f"{change.coordinate}: {change.message}" if change else ""
    return ": ".join(part for part in (told, hit.advice) if part)


def _summary(impact: Impact) -> str:
    operations = len(impact.hits)
    breaking = sum(any(hit.breaking for hit in hits) for hits in impact.hits.values())
    touched = sum(
        any(hit.effect is not Effect.HARMLESS for hit in hits) for hits in impact.hits.values()
    )
    untouched = operations - touched
    return (
        f"changes: {len(impact.changes)}; operations: {operations}, of which break: {breaking},"
        f" concerned otherwise: {touched - breaking}, untouched: {untouched}"
    )


def _json(change: Change | None, hits: list[Hit]) -> str:
    return msgspec.json.encode(
        {
            "change": change.kind if change else None,
            "coordinate": change.coordinate if change else None,
            "severity": change.severity if change else None,
            "message": change.message if change else None,
            "hits": [_hit(hit) for hit in hits],
        }
    ).decode()


def _hit(hit: Hit) -> dict[str, object]:
    path, line, column = hit.place
    return {
        "path": path,
        "line": line,
        "column": column,
        "operation": hit.operation,
        "effect": hit.effect,
        "breaking": hit.breaking,
        "message": _message(hit),
    }

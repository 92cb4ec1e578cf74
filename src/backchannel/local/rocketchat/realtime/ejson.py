"""Times on the wire: `{"$date": milliseconds}` where REST has ISO texts."""

from __future__ import annotations

from backchannel.local.rocketchat.times import iso, parse_time
from backchannel.wire.json import JSON

# The keys under which documents have times. An attachment's `ts` is the client's own text.
_TIMES = frozenset(
    {"ts", "_updatedAt", "_deletedAt", "editedAt", "pinnedAt", "tlm", "lm", "ls", "createdAt"}
)
_OPEN = frozenset({"attachments", "customFields", "md"})


def date(seconds: float) -> JSON:
    """A moment, given in seconds since 1970."""
    return {"$date": round(seconds * 1000)}


def to_ejson(value: JSON) -> JSON:
    """A document of the world as DDP writes it."""
    if isinstance(value, list):
        return [to_ejson(item) for item in value]
    if not isinstance(value, dict):
        return value
    written: dict[str, JSON] = {}
    for name, item in value.items():
        moment = parse_time(item) if name in _TIMES and isinstance(item, str) else None
        if moment is not None:
            written[name] = date(moment)
        else:
            written[name] = item if name in _OPEN else to_ejson(item)
    return written


def from_ejson(value: JSON) -> JSON:
    """A parameter of a method with its times as ISO texts."""
    if isinstance(value, list):
        return [from_ejson(item) for item in value]
    if not isinstance(value, dict):
        return value
    milliseconds = value.get("$date")
    if len(value) == 1 and isinstance(milliseconds, (int, float)):
        return iso(milliseconds / 1000)
    return {name: from_ejson(item) for name, item in value.items()}

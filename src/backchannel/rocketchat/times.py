"""Times as the REST API writes them: ISO 8601 in UTC, with milliseconds and Z."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, TypeAlias

import msgspec

# Without a zone it would not be known which moment is meant; such a text is not decoded.
Moment: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]


def write_time(time: datetime) -> str:
    """Write a time that has a zone; what is finer than a millisecond is cut off."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

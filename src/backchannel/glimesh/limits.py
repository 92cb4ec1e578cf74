"""What Glimesh would refuse, found before it is sent."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import Final, cast

from backchannel.errors import BackchannelError, InvalidInput, Unsupported
from backchannel.glimesh.errors import refine
from backchannel.graphql.operation import Operation

MAX_MESSAGE_LENGTH: Final = 255
"""Code points of a chat message: the width of the server's column."""

_TEXT = "ChatMessageInput.message"
_READABLE_MUTATIONS = frozenset({"watchChannel"})
# What the server checks; the other scopes it looks at nowhere.
_SCOPES = {
    "banUser": "chat",
    "createChatMessage": "chat",
    "deleteChatMessage": "chat",
    "follow": "follow",
    "longTimeoutUser": "chat",
    "shortTimeoutUser": "chat",
    "unbanUser": "chat",
    "unfollow": "follow",
    "updateStreamInfo": "stream_info",
}


def check_text(text: object) -> None:
    """Check the text of a chat message.

    Source: the server answers `can't be blank` and `should be at most 255 character(s)`; it
    counts graphemes there, but its column holds 255 code points and no NUL, else it fails (500).

    Raises:
        InvalidInput: it is no text, blank, longer than 255 code points, or holds a NUL or half a
            surrogate pair.
    """
    if not isinstance(text, str):
        given = "nothing" if text is None else type(text).__name__
        raise InvalidInput("message", limit="must be text", given=given)
    if not text.strip():
        raise InvalidInput("message", limit="must not be blank", given=repr(text[:20]))
    if len(text) > MAX_MESSAGE_LENGTH:
        raise InvalidInput(
            "message",
            limit=f"must be at most {MAX_MESSAGE_LENGTH} code points",
            given=f"{len(text)} code points",
        )
    if "\0" in text:
        raise InvalidInput(
            "message", limit="must not hold a NUL", given=f"a NUL at character {text.index(chr(0))}"
        )
    for position, char in enumerate(text):
        if "\ud800" <= char <= "\udfff":
            raise InvalidInput(
                "message",
                limit="must not hold a lone surrogate",
                given=f"U+{ord(char):04X} at character {position}",
            )


class GlimeshDialect:
    """Glimesh's rules for any operation, generated here or in an application.

    Args:
        read_only: whether the credential is a Client-ID.
        scopes: what the token may do, or None where that is not known beforehand.
        now: seconds since 1970, for replies that do not tell the time.
    """

    def __init__(
        self,
        *,
        read_only: bool,
        scopes: Collection[str] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._read_only = read_only
        self._scopes = scopes
        self._now = now

    def check(self, operation: Operation[object], variables: Mapping[str, object]) -> None:
        """Refuse what the credential cannot do, and chat messages that the server would not take.

        Texts that stand in the document itself are not looked at: they do not change.

        Raises:
            Unsupported, InvalidInput
        """
        if self._read_only:
            _check_readable(operation)
        if self._scopes is not None:
            _check_scopes(operation, self._scopes)
        for name, variable in operation.variables.items():
            if variable.has_default and name not in variables:
                continue
            value = variables.get(name)
            if _TEXT in variable.uses:
                check_text(value)
            elif variable.named_type == "ChatMessageInput":
                # As plain JSON an input is an object; anything else is no text either.
                check_text(
                    cast("dict[str, object]", value).get("message")
                    if isinstance(value, dict)
                    else value
                )

    def refine(self, operation: Operation[object], error: BackchannelError) -> BackchannelError:
        """The narrower error for what Glimesh says."""
        return refine(operation, error, self._now)


def _check_readable(operation: Operation[object]) -> None:
    if operation.kind == "mutation" and not _READABLE_MUTATIONS.issuperset(operation.fields):
        raise Unsupported(f"{operation.name} writes, and a Client-ID only reads: use a token")
    if "myself" in operation.fields:
        raise Unsupported(f"{operation.name}: a Client-ID belongs to no user: use a token")


def _check_scopes(operation: Operation[object], scopes: Collection[str]) -> None:
    for field in operation.fields:
        needed = _SCOPES.get(field) if operation.kind == "mutation" else None
        if needed is not None and needed not in scopes:
            raise Unsupported(
                f"{operation.name} needs the scope {needed}, and the credentials ask for"
                f" {', '.join(scopes)}"
            )

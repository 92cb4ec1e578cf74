"""What Glimesh's API can do at all, and what a credential leaves of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from backchannel.capability import Capability, Refusal

__all__ = ["refusals"]

_NEVER: Final[Mapping[Capability, Refusal]] = {
    Capability.THREAD: Refusal("is unknown there", "name the author in the text, as @name"),
    Capability.REPLY: Refusal("is unknown there", "name the author in the text, as @name"),
    Capability.ATTACH: Refusal("is unknown there", "write it in the text"),
    Capability.ALIAS: Refusal("is unknown there", "name yourself in the text"),
    Capability.KEY: Refusal(
        "is unknown there, as it knows no idempotency keys",
        "send without one, and look at the receipt",
    ),
    Capability.EDIT: Refusal("is unknown there", "have a moderator delete it, and send another"),
    Capability.REACT: Refusal("is unknown there", "send a message with an emote, as :name:"),
}
_WRITING: Final = (
    Capability.SEND,
    Capability.DELETE,
    Capability.TIME_OUT,
    Capability.BAN,
    Capability.UNBAN,
)
_READ_ONLY = Refusal("is not possible with a Client-ID, which only reads", "use a token")
_NOBODY = Refusal("is not possible with a Client-ID, which belongs to no user", "use a token")
_NO_SCOPE = Refusal(
    "needs the scope chat, for which the credentials do not ask", "ask for the scope chat"
)


def refusals(*, read_only: bool, scopes: Collection[str] | None) -> Mapping[Capability, Refusal]:
    """What cannot be done.

    Args:
        read_only: whether the credential is a Client-ID.
        scopes: what the token may do, or None where that is not known beforehand.
    """
    if read_only:
        return {**_NEVER, **dict.fromkeys(_WRITING, _READ_ONLY), Capability.ME: _NOBODY}
    if scopes is not None and "chat" not in scopes:
        return {**_NEVER, **dict.fromkeys(_WRITING, _NO_SCOPE)}
    return _NEVER

"""What can be done in a room, and what to do instead where something cannot."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from backchannel.errors import Unsupported
from backchannel.message import Address, Draft

if TYPE_CHECKING:
    from backchannel.text.limits import TextLimit
    from backchannel.text.markup import Markup

__all__ = ["Capabilities", "Capability", "Refusal", "require", "wanted"]


class Capability(enum.Enum):
    """Something that can be done on some platforms; its value names it in errors."""

    SEND = "sending"
    THREAD = "answering in a thread"
    REPLY = "replying to a message"
    ATTACH = "attaching boxes"
    ALIAS = "showing another name"
    KEY = "sending again by an idempotency key"
    HISTORY = "reading the history"
    LISTEN = "listening"
    EDIT = "editing a message"
    DELETE = "deleting a message"
    REACT = "reacting to a message"
    TIME_OUT = "timing somebody out"
    BAN = "banning somebody"
    UNBAN = "lifting a ban"
    ROOMS = "listing rooms"
    ME = "asking who I am"


class Refusal(msgspec.Struct, frozen=True):
    """Why something cannot be done.

    Attributes:
        reason: why, as the rest of a sentence that begins with what cannot be done.
        instead: what would work, as a command.
    """

    reason: str
    instead: str

    def error(self, capability: Capability, platform: str) -> Unsupported:
        """The error that says it."""
        return Unsupported(
            f"{platform}: {capability.value} {self.reason}; {self.instead}",
            operation=capability.value,
            platform=platform,
            instead=self.instead,
        )


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a room allows, as far as platform, credential and the server's age tell.

    What is allowed here may still be refused: whether the user has a right in the room is for
    the server to say, with `PermissionDenied`.

    Attributes:
        address: the room.
        platform: the platform's name.
        refusals: what cannot be done, and why. All else can.
        text_limit: the longest text of a message; `backchannel.text.split_text` cuts by it.
        markup: how a text is written; `backchannel.text.translate` translates.
    """

    address: Address
    platform: str
    refusals: Mapping[Capability, Refusal]
    text_limit: TextLimit
    markup: Markup

    @property
    def allowed(self) -> frozenset[Capability]:
        """What can be done."""
        return frozenset(Capability).difference(self.refusals)

    def __contains__(self, capability: object) -> bool:
        return capability in self.allowed

    def require(self, *operations: Capability) -> None:
        """Make sure that something can be done.

        Raises:
            Unsupported: it cannot; names it, the platform, and what would work instead.
        """
        require(self.refusals, self.platform, *operations)


def require(refusals: Mapping[Capability, Refusal], platform: str, *operations: Capability) -> None:
    """Raise Unsupported for the first of the operations that is refused."""
    for capability in operations:
        if (refusal := refusals.get(capability)) is not None:
            raise refusal.error(capability, platform)


def wanted(draft: Draft) -> tuple[Capability, ...]:
    """What a room must allow for a message."""
    more = {
        Capability.THREAD: draft.thread_id is not None,
        Capability.REPLY: draft.reply_to is not None,
        Capability.ATTACH: bool(draft.attachments),
        Capability.ALIAS: draft.alias is not None,
        Capability.KEY: draft.idempotency_key is not None,
    }
    return (Capability.SEND, *(capability for capability, used in more.items() if used))

"""What every backend promises, a function each."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC
from typing import Final, TypeAlias

from backchannel.action import Ban, TimeOut, Unban
from backchannel.capability import Capability
from backchannel.errors import (
    AddressError,
    BackchannelError,
    InvalidInput,
    NotFound,
    Outcome,
    Unsupported,
)
from backchannel.event import Deleted, Edited, Posted
from backchannel.message import Address, Draft, Message
from backchannel.rocketchat.attachments import Attachment
from backchannel.testing.bench import Bench, Subject

__all__ = ["CHECKS", "Check", "check_backend"]

Check: TypeAlias = Callable[[Bench], None]

EMOJI: Final = ":thumbsup:"


def expect(holds: object, promise: str) -> None:
    """Raise AssertionError with what was promised, unless it holds."""
    if not holds:
        raise AssertionError(promise)


def a_message_that_was_sent_is_the_newest_of_the_history(bench: Bench) -> None:
    """Send, and read it."""
    receipt = bench.send("hello")
    expect(receipt.outcome is Outcome.SENT, f"the message is sent, not {receipt!r}")
    expect(bench.history(limit=1) == [receipt.require()], "the newest message is the one sent")


def a_message_is_in_the_common_words(bench: Bench) -> None:
    """Room, author and time of a message are told."""
    message = bench.send("hello").require()
    expect(message.text == "hello", "a plain text is kept as it is")
    expect(str(message.room.address) == bench.room, "the room has the address that was used")
    expect(message.id and message.author.id and message.author.username, "all have names")
    expect(message.sent_at.tzinfo is UTC, "times are in UTC")
    again = bench.history(f"{bench.name}:id={message.room.id}", limit=1)
    expect([found.id for found in again] == [message.id], "a room is found by its id, too")


def each_message_has_an_id_of_its_own(bench: Bench) -> None:
    """Equal texts are different messages."""
    sent = [bench.send("again").require() for _ in range(3)]
    expect(len({message.id for message in sent}) == 3, "each message has its own id")
    expect(bench.history(limit=3) == sent[::-1], "each is in the history, the newest first")


def the_history_is_bounded_and_goes_both_ways(bench: Bench) -> None:
    """The newest messages, in either order."""
    texts = [f"number {number}" for number in range(5)]
    for text in texts:
        bench.subject.says(text)
    newest = [message.text for message in bench.history(limit=3)]
    expect(newest == texts[:1:-1], "three are the three newest, the newest first")
    oldest = [message.text for message in bench.history(limit=3, newest_first=False)]
    expect(oldest == texts[2:], "the same three, the oldest first")
    expect(bench.history(limit=0) == [], "none are none")
    everything = [message.text for message in bench.history(limit=None)]
    expect(everything[:5] == texts[::-1], "without a limit, all")


def what_is_wrong_is_refused_at_once(bench: Bench) -> None:
    """Bad arguments raise before anything is sent."""
    before = bench.history()
    with _raising(InvalidInput, "a negative limit is refused"):
        bench.history(limit=-1)
    with _raising(InvalidInput, "a blank text is refused"):
        bench.send("  ")
    with _raising(AddressError, "an address of another backend is refused"):
        bench.send("hello", "elsewhere:room")
    expect(bench.history() == before, "nothing was sent")


def an_unknown_room_is_told_before_anything_is_sent(bench: Bench) -> None:
    """A room that is not there raises NotFound."""
    room = bench.subject.unknown
    with _raising(NotFound, "capabilities of no room"):
        bench.capabilities(room)
    with _raising(NotFound, "the history of no room"):
        bench.history(room)
    with _raising(NotFound, "sending to no room"):
        bench.send("hello", room)


def nothing_happens_before_a_flow_is_driven(bench: Bench) -> None:
    """Making a flow sends nothing."""
    before = bench.history()
    backend, address = bench.subject.client.backend, Address.parse(bench.room)
    backend.send(address, Draft(text="never")).close()
    backend.history(address, limit=1, newest_first=True).close()
    expect(bench.history() == before, "a flow that nobody drives does nothing")


def many_messages_have_a_receipt_each(bench: Bench) -> None:
    """A failure among many is seen, and holds up nothing."""
    places: list[tuple[str | Address, str | Draft]] = [
        (bench.room, "first"),
        (bench.subject.unknown, "lost"),
        (bench.room, "second"),
    ]
    receipts = bench.send_many(places)
    outcomes = [receipt.outcome for receipt in receipts]
    expect(outcomes == [Outcome.SENT, Outcome.NOT_SENT, Outcome.SENT], "each has its outcome")
    expect(isinstance(receipts[1].error, NotFound), "a receipt holds why it was not sent")
    texts = [message.text for message in bench.history(limit=2)]
    expect(texts == ["second", "first"], "a room gets its messages in their order")


def what_a_room_does_not_allow_is_refused_with_advice(bench: Bench) -> None:
    """All that the capabilities refuse raises Unsupported, and has no effect."""
    message = bench.send("hello").require()
    before = bench.history()
    capabilities = bench.capabilities()
    for capability, attempt in _attempts(bench, message).items():
        if capability in capabilities:
            continue
        refusal = capabilities.refusals[capability]
        with _raising(Unsupported, f"{capability.value} is refused") as caught:
            attempt()
        for words in (capability.value, capabilities.platform, refusal.instead):
            expect(words in caught[0], f"the refusal says {words!r}: {caught[0]}")
    expect(bench.history() == before, "what is refused has no effect")


def what_a_room_allows_works(bench: Bench) -> None:
    """All else of the capabilities can be done."""
    message = bench.send("hello").require()
    capabilities = bench.capabilities()
    for capability, attempt in _attempts(bench, message).items():
        if capability in capabilities:
            try:
                attempt()
            except BackchannelError as error:
                raise AssertionError(f"{capability.value} is allowed, and failed") from error


def changes_are_seen_in_the_history(bench: Bench) -> None:
    """An edited message has its new text; a deleted one may be hidden, and done twice is done."""
    message = bench.send("hello").require()
    capabilities = bench.capabilities()
    if Capability.EDIT in capabilities:
        bench.edit(message, "goodbye")
        [found] = bench.history(limit=1)
        expect((found.id, found.text) == (message.id, "goodbye"), "the text is the new one")
        expect(found.edited_at is not None, "and when it was edited is told")
    if Capability.DELETE in capabilities:
        bench.delete(message)
        bench.delete(message)


def who_is_banned_cannot_be_told_twice(bench: Bench) -> None:
    """Banning and unbanning bring about a state, however often they are done."""
    capabilities = bench.capabilities()
    if Capability.BAN in capabilities and Capability.UNBAN in capabilities:
        for action in (Ban, Ban, Unban, Unban):
            bench.moderate(action(bench.subject.other))


def i_am_the_author_of_what_i_send(bench: Bench) -> None:
    """`me` is who messages are by, and the room is among `rooms`."""
    message = bench.send("hello").require()
    capabilities = bench.capabilities()
    if Capability.ME in capabilities:
        expect(bench.me().id == message.author.id, "messages are by me")
    if Capability.ROOMS in capabilities:
        found = {room.id: room for room in bench.rooms()}
        expect(message.room.id in found, "the room is among the rooms")
        address = found[message.room.id].address
        newest = bench.history(str(address), limit=1)
        expect([found.id for found in newest] == [message.id], "and is read by the address given")
        expect(address.backend == bench.name, "the addresses of rooms are of this backend")


def what_is_written_is_heard_once(bench: Bench) -> None:
    """Others and one's own echo, in their order, told apart."""
    if Capability.LISTEN not in bench.capabilities():
        return
    with bench.listening() as heard:
        bench.subject.says("from somebody")
        first = heard()
        sent = bench.send("from me").require()
        second = heard()
    assert isinstance(first, Posted), f"a message is a Posted, not {first!r}"
    assert isinstance(second, Posted), f"a message is a Posted, not {second!r}"
    expect((first.message.text, first.own) == ("from somebody", False), "others are not own")
    expect((second.message.id, second.own) == (sent.id, True), "the echo of a send is own")
    expect(second.message.author == sent.author, "and by the same author as on the receipt")
    expect(str(second.room.address) == bench.room, "the room has the address that was used")


def changes_are_heard(bench: Bench) -> None:
    """Edits and deletions are events, where the room has them and tells of them."""
    capabilities = bench.capabilities()
    if not {Capability.LISTEN, Capability.EDIT, Capability.DELETE} <= capabilities.allowed:
        return
    with bench.listening() as heard:
        message = bench.send("hello").require()
        posted = heard()
        bench.edit(message, "goodbye")
        edited = heard()
        bench.delete(message)
        deleted = heard()
    expect(isinstance(posted, Posted), f"a message is a Posted, not {posted!r}")
    assert isinstance(edited, Edited), f"an edit is an Edited, not {edited!r}"
    expect((edited.message.text, edited.own) == ("goodbye", True), "an edit has the new text")
    assert isinstance(deleted, Deleted), f"a deletion is a Deleted, not {deleted!r}"
    expect(deleted.message_id == message.id, "a deletion names the message")


CHECKS: Final[tuple[Check, ...]] = (
    a_message_that_was_sent_is_the_newest_of_the_history,
    a_message_is_in_the_common_words,
    each_message_has_an_id_of_its_own,
    the_history_is_bounded_and_goes_both_ways,
    what_is_wrong_is_refused_at_once,
    an_unknown_room_is_told_before_anything_is_sent,
    nothing_happens_before_a_flow_is_driven,
    many_messages_have_a_receipt_each,
    what_a_room_does_not_allow_is_refused_with_advice,
    what_a_room_allows_works,
    changes_are_seen_in_the_history,
    who_is_banned_cannot_be_told_twice,
    i_am_the_author_of_what_i_send,
    what_is_written_is_heard_once,
    changes_are_heard,
)
"""Everything that is promised."""


def check_backend(make: Callable[[], AbstractContextManager[Subject]]) -> None:
    """Run all checks, each on a subject of its own.

    Args:
        make: begins and ends a server, and makes a client of it.

    Raises:
        AssertionError: a promise is not kept; its notes name the check.
    """
    for check in CHECKS:
        try:
            with make() as subject, Bench(subject) as bench:
                check(bench)
        except Exception as error:
            error.add_note(f"in the check {check.__name__}")
            raise


def _attempts(bench: Bench, message: Message) -> dict[Capability, Callable[[], object]]:
    """How to make use of each capability, the one that ends the message last."""

    def sending(**what: object) -> Callable[[], object]:
        draft = Draft(text="more", **what)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        return lambda: bench.send(draft).require()

    other = bench.subject.other
    return {
        Capability.SEND: sending(),
        Capability.THREAD: sending(thread_id=message.id),
        Capability.REPLY: sending(reply_to=message.id),
        Capability.ATTACH: sending(attachments=[Attachment(text="a box")]),
        Capability.ALIAS: sending(alias="somebody"),
        Capability.KEY: sending(idempotency_key="checkedByTheKit17"),
        Capability.HISTORY: bench.history,
        Capability.EDIT: lambda: bench.edit(message, "edited"),
        Capability.REACT: lambda: bench.react(message, EMOJI),
        Capability.TIME_OUT: lambda: bench.moderate(TimeOut(other)),
        Capability.BAN: lambda: bench.moderate(Ban(other)),
        Capability.UNBAN: lambda: bench.moderate(Unban(other)),
        Capability.ROOMS: bench.rooms,
        Capability.ME: bench.me,
        Capability.LISTEN: lambda: _listen(bench),
        Capability.DELETE: lambda: bench.delete(message),
    }


def _listen(bench: Bench) -> None:
    with bench.listening():
        pass


class _raising:  # noqa: N801  # it reads as a word
    """Expects an error of this kind; gives a list that then holds its words."""

    def __init__(self, kind: type[BackchannelError], promise: str) -> None:
        self._kind = kind
        self._promise = promise
        self._caught: list[str] = []

    def __enter__(self) -> list[str]:
        return self._caught

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        if error is None:
            raise AssertionError(f"{self._promise}: {self._kind.__name__} is raised")
        self._caught.append(str(error))
        return isinstance(error, self._kind)

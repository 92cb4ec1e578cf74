"""Items as lines of text with styles, for terminals and for pipes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias
from zlib import crc32

from backchannel.cli.items import Done, Item, Served
from backchannel.cli.visible import visible, visible_lines
from backchannel.errors import BackchannelError
from backchannel.event import Deleted, Edited, Event, Interrupted, Missed, Posted, Resumed
from backchannel.message import Author, Message, Receipt, Room

REMEMBERED: Final = 1_000
"""Messages whose author is known when they are deleted."""

# Those that every terminal has, in the shades of its theme.
_HUES = ("red", "green", "yellow", "blue", "magenta", "cyan")
_COLORS = (*_HUES, *(f"bright_{hue}" for hue in _HUES))


class Span(NamedTuple):
    """A piece of a line.

    Attributes:
        text: the piece, fit for a terminal.
        style: how it looks there, in the words of rich.
    """

    text: str
    style: str = ""


Line: TypeAlias = tuple[Span, ...]


class Transcript:
    """Turns items into lines, one after the other, and remembers what the next ones need.

    Args:
        dated: every line has its date; else there is a line of its own when the day changes.
        now: tells the time for events that have none.
    """

    def __init__(self, *, dated: bool, now: Callable[[], datetime] = datetime.now) -> None:
        self._dated = dated
        self._now = now
        self._day = ""
        self._authors: OrderedDict[str, Author] = OrderedDict()

    def lines(self, item: Item) -> Iterator[Line]:
        """The lines of an item, at least one."""
        match item:
            case Message():
                yield from self._message(item)
            case Receipt():
                yield _receipt(item)
            case Room():
                yield (Span("\t".join(map(visible, (str(item.address), item.name, item.id)))),)
            case Done():
                yield _done(item)
            case Served():
                yield from _served(item)
            case _:
                yield from self._event(item)

    def _event(self, event: Event) -> Iterator[Line]:
        match event:
            case Posted():
                yield from self._message(event.message)
            case Edited():
                yield from self._message(event.message, edited=True)
            case Deleted():
                yield from self._at(self._now(), _room(event.room), *self._deleted(event))
            case Interrupted():
                told = f"not heard ({_one_line(event.reason)}); trying again"
                yield from self._aside(event.room, told)
            case Resumed():
                yield from self._aside(event.room, "heard again")
            case Missed():
                time = "some time" if event.seconds is None else f"{event.seconds:.0f} s"
                yield from self._aside(event.room, f"what happened in {time} cannot be told")

    def _message(self, message: Message, *, edited: bool = False) -> Iterator[Line]:
        author = message.author
        self._authors[message.id] = author
        if len(self._authors) > REMEMBERED:
            self._authors.popitem(last=False)
        mark = " (edited)" if edited or message.edited_at is not None else ""
        first, *rest = visible_lines(message.text)
        yield from self._at(
            message.sent_at.astimezone(),
            _room(message.room),
            _author(author),
            Span(f"{mark}: ", "dim" if mark else ""),
            Span(first),
        )
        # Set in, so that no text can look like the lines of others.
        for line in rest:
            yield (Span(f"    {line}"),)

    def _deleted(self, event: Deleted) -> Iterator[Span]:
        author = self._authors.pop(event.message_id, None)
        if author is None:
            yield Span(f"message {visible(event.message_id)} was deleted", "dim strike")
        else:
            yield Span("a message of ", "dim")
            yield _author(author)
            yield Span(" was deleted", "dim")

    def _aside(self, room: Room, text: str) -> Iterator[Line]:
        for line in self._at(self._now(), _room(room), Span(text)):
            yield tuple(Span(span.text, "dim") for span in line)

    def _at(self, moment: datetime, *spans: Span) -> Iterator[Line]:
        day, time = moment.strftime("%Y-%m-%d"), moment.strftime("%H:%M:%S")
        if self._dated:
            time = f"{day} {time}"
        elif day != self._day:
            self._day = day
            yield (Span(f"── {moment.strftime('%A %d %B %Y')} ──", "dim"),)
        yield Span(f"{time} ", "dim"), *spans


def _room(room: Room) -> Span:
    return Span(f"{visible(str(room.address))} ", "cyan")


def _author(author: Author) -> Span:
    color = _COLORS[crc32(author.id.encode(errors="replace")) % len(_COLORS)]
    return Span(visible(author.display_name), f"bold {color}")


def _one_line(error: BackchannelError) -> str:
    return "; ".join(visible_lines(str(error)))


def _receipt(receipt: Receipt) -> Line:
    address, outcome = Span(f"{visible(str(receipt.address))} ", "cyan"), receipt.outcome.value
    if receipt.message is not None:
        return address, Span(outcome, "green"), Span(f" {visible(receipt.message.id)}")
    told = "" if receipt.error is None else f": {_one_line(receipt.error)}"
    return address, Span(outcome, "bold red"), Span(told)


def _done(done: Done) -> Line:
    subject = done.user or done.message_id or ""
    return (
        Span(f"{visible(done.address)} ", "cyan"),
        Span(done.action, "green"),
        Span(f" {visible(subject)}"),
    )


def _served(served: Served) -> Iterator[Line]:
    yield Span(f"{served.server} ", "bold"), Span(served.url, "cyan")
    settings = " ".join(f"{name}={value}" for name, value in served.environment.items())
    yield (Span(f"  export {settings}"),)
    for account in served.accounts:
        yield (Span("  " + "  ".join(f"{name}={text}" for name, text in account.items())),)

"""Where items go: a terminal, a pipe for people, or a pipe for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol, TextIO

from backchannel.cli.console import console_for
from backchannel.cli.items import Item, JSONObject, as_object
from backchannel.cli.lines import Transcript
from backchannel.cli.visible import visible

if TYPE_CHECKING:
    from rich.console import Console

    from backchannel.message import Room


class Output(Protocol):
    """Prints items as they come."""

    def show(self, item: Item) -> None:
        """Print an item."""
        ...

    def show_rooms(self, rooms: Iterable[Room]) -> None:
        """Print a list of rooms."""
        ...


def choose_output(*, as_json: bool) -> Output:
    """Standard output: JSON if asked for, else styles on a terminal, else plain lines."""
    if as_json:
        return JsonOutput(sys.stdout)
    console = console_for(sys.stdout)
    return PlainOutput(sys.stdout) if console is None else StyledOutput(console)


def write_json(line: JSONObject, stream: TextIO) -> None:
    """Print an object on a line, in ASCII: fit for any terminal and any encoding."""
    print(json.dumps(line).replace("\x7f", "\\u007f"), file=stream, flush=True)


class JsonOutput:
    """One object a line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, item: Item) -> None:
        """Print the object."""
        write_json(as_object(item), self._stream)

    def show_rooms(self, rooms: Iterable[Room]) -> None:
        """Print an object for each, as they come."""
        for room in rooms:
            self.show(room)


class PlainOutput:
    """Lines, each with date and time."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._transcript = Transcript(dated=True)

    def show(self, item: Item) -> None:
        """Print the lines."""
        for line in self._transcript.lines(item):
            print("".join(span.text for span in line), file=self._stream)
        self._stream.flush()

    def show_rooms(self, rooms: Iterable[Room]) -> None:
        """Print address, name and id, with tabs between them, as they come."""
        for room in rooms:
            self.show(room)


class StyledOutput:
    """Lines and tables with colors."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._transcript = Transcript(dated=False)

    def show(self, item: Item) -> None:
        """Print the lines; the terminal wraps them."""
        from rich.text import Text

        for line in self._transcript.lines(item):
            self._console.print(Text.assemble(*line), soft_wrap=True)

    def show_rooms(self, rooms: Iterable[Room]) -> None:
        """Print a table, after a line that counts while they are read."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.ROUNDED, header_style="cyan")
        for column in ("address", "name", "id"):
            table.add_column(column, overflow="fold")
        with self._console.status("reading rooms") as status:
            for room in rooms:
                cells = (str(room.address), room.name, room.id)
                table.add_row(*(Text(visible(cell)) for cell in cells))
                status.update(f"reading rooms: {table.row_count:,}")
        self._console.print(table)

"""How steps are shown: tables on a terminal, plain text when piped, or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from backchannel.cli.console import console_for
from backchannel.cli.output import write_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from rich.console import Console


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a demonstration, done.

    Attributes:
        title: what it does.
        call: the Python call that did it.
        columns: headings of the table of results.
        rows: the results, a text a column.
        proof: how it was verified.
        verified: whether it was.
    """

    title: str
    call: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    proof: str
    verified: bool


class View(Protocol):
    """Shows steps as they are done."""

    def show(self, number: int, step: Step) -> None:
        """Show a step."""
        ...

    def conclude(self, *, verified: bool) -> None:
        """Say how it ended."""
        ...


def choose_view(stream: TextIO, *, as_json: bool) -> View:
    """JSON if asked for, tables on a terminal if rich is installed, else plain text."""
    if as_json:
        return JsonView(stream)
    console = console_for(stream)
    return PlainView(stream) if console is None else RichView(console)


class JsonView:
    """One object a line: `step`, `title`, `call`, `result`, `proof`, `verified`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, number: int, step: Step) -> None:
        """Print the step."""
        write_json(
            {
                "step": number,
                "title": step.title,
                "call": step.call,
                "result": [dict(zip(step.columns, row, strict=True)) for row in step.rows],
                "proof": step.proof,
                "verified": step.verified,
            },
            self._stream,
        )

    def conclude(self, *, verified: bool) -> None:
        """Print a last object with `verified` alone."""
        write_json({"verified": verified}, self._stream)


class PlainView:
    """Columns aligned with blanks."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, number: int, step: Step) -> None:
        """Print the step."""
        self._print(f"{number}. {step.title}")
        self._print(f"   {step.call}")
        for line in aligned((step.columns, *step.rows)):
            self._print(f"     {line}")
        self._print(f"   {'verified' if step.verified else 'NOT VERIFIED'}: {step.proof}")
        self._print("")

    def conclude(self, *, verified: bool) -> None:
        """Print the last line."""
        self._print("Every step was verified." if verified else "A step was NOT verified.")

    def _print(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with the columns of `rows` below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


class RichView:
    """Tables and colors."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, number: int, step: Step) -> None:
        """Print the step."""
        from rich import box
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        self._console.print(Text(f"{number}. {step.title}", style="bold"))
        self._console.print(Text(f"   {step.call}", style="dim"))
        table = Table(box=box.ROUNDED, header_style="cyan")
        for column in step.columns:
            table.add_column(column)
        for row in step.rows:
            table.add_row(*(Text(cell) for cell in row))
        self._console.print(Padding(table, (0, 0, 0, 3)))
        mark, style = ("✓", "green") if step.verified else ("✗ NOT VERIFIED:", "bold red")
        self._console.print(Text(f"   {mark} {step.proof}\n", style=style))

    def conclude(self, *, verified: bool) -> None:
        """Print the last line."""
        text, style = (
            ("Every step was verified.", "bold green")
            if verified
            else ("A step was NOT verified.", "bold red")
        )
        self._console.print(text, style=style)

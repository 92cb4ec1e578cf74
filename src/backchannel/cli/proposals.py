"""What may stand where the cursor is: read off the parser, for all shells alike."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, cast

from backchannel.cli.options import ADDRESS
from backchannel.cli.parser import build_parser
from backchannel.errors import BackchannelError


class Proposals(NamedTuple):
    """What may stand there.

    Attributes:
        words: words that fit, each with what it means, or "".
        files: whether it is a file, which the shell knows best.
    """

    words: Sequence[tuple[str, str]] = ()
    files: bool = False


class _Place(NamedTuple):
    """Where in the grammar a word stands.

    Attributes:
        parser: what reads it.
        value: what it is the value of, or None.
        options: whether it may be an option.
    """

    parser: argparse.ArgumentParser
    value: argparse.Action | None
    options: bool


def read_line(line: str) -> list[str]:
    """The words of a line that ends at the cursor, the last one unfinished, perhaps empty.

    None, if the cursor stands between quotation marks.
    """
    try:
        words = shlex.split(line)
    except ValueError:
        return []
    return [*words, ""] if not line or line[-1].isspace() else words


def propose(words: Sequence[str]) -> Proposals:
    """What may stand in place of the last word.

    Args:
        words: those of the line, the program first.
    """
    if len(words) < 2:
        return Proposals()
    _, *before, current = words
    parser, _ = build_parser(before)
    place = _find(parser, before)
    if place is None:
        return Proposals()
    if place.options and current.startswith("-"):
        found: Iterable[tuple[str, str]] = _options(place.parser)
    elif place.value is None:
        return Proposals()
    elif place.value.type is Path:
        return Proposals(files=True)
    else:
        found = _values(place.value)
    return Proposals([(word, told) for word, told in found if word.startswith(current)])


def _find(parser: argparse.ArgumentParser, before: Sequence[str]) -> _Place | None:
    """Where the word behind these stands, or None where they are none of ours."""
    position, awaiting, options = 0, None, True
    for word in before:
        if awaiting is not None:
            awaiting = None
        elif options and word == "--":
            options = False
        elif options and word.startswith("-"):
            awaiting = _awaiting(parser, word)
        else:
            action = _positional(parser, position)
            if action is None:
                return None
            commands = _commands(action)
            if commands is not None:
                if word not in commands:
                    return None
                parser, position = commands[word], 0
            elif action.nargs not in ("+", "*"):
                position += 1
    if awaiting is not None:
        return _Place(parser, awaiting, options=False)
    return _Place(parser, _positional(parser, position), options)


def _actions(parser: argparse.ArgumentParser) -> Sequence[argparse.Action]:
    # argparse has no other way to ask.
    return parser._actions  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def _positional(parser: argparse.ArgumentParser, position: int) -> argparse.Action | None:
    actions = [action for action in _actions(parser) if not action.option_strings]
    return actions[position] if position < len(actions) else None


def _awaiting(parser: argparse.ArgumentParser, word: str) -> argparse.Action | None:
    """The option that this word is, if its value is the next word."""
    for action in _actions(parser):
        if word in action.option_strings and action.nargs != 0:
            return action
    return None


def _options(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    for action in _actions(parser):
        if action.help is not argparse.SUPPRESS:
            for option in action.option_strings:
                yield option, _summary(parser, action)


def _commands(action: argparse.Action) -> Mapping[str, argparse.ArgumentParser] | None:
    """The parsers between which a positional chooses, if it does."""
    choices = cast("object", action.choices)
    if not isinstance(choices, Mapping):
        return None
    return cast("Mapping[str, argparse.ArgumentParser]", choices)


def _choices(action: argparse.Action) -> Iterable[object]:
    return action.choices or ()


def _summary(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    names = {"prog": parser.prog, "choices": ", ".join(map(str, _choices(action)))}
    return (action.help or "") % {**vars(action), **names}


def _values(action: argparse.Action) -> Iterator[tuple[str, str]]:
    commands = _commands(action)
    if commands is not None:
        for name, parser in commands.items():
            yield name, parser.description or ""
    elif action.metavar == ADDRESS:
        for name in _accounts():
            yield f"{name}:", f"a room of {name}"
    else:
        for choice in _choices(action):
            yield str(choice), ""


def _accounts() -> Sequence[str]:
    from backchannel.configuration import load_configuration

    try:
        accounts = load_configuration().accounts
    except BackchannelError:
        # The command itself will tell; between two keys there is no place for it.
        accounts = ()
    return [account.name for account in accounts] or ("glimesh", "rocketchat")

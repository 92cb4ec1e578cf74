"""The command line: `backchannel COMMAND`."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

from backchannel.cli.exit_codes import FAILED, INTERRUPTED, USAGE, exit_code
from backchannel.cli.parser import build_parser, load_command
from backchannel.errors import BackchannelError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the arguments; those of the process where None.

    Returns:
        The exit code: see `backchannel.cli.exit_codes`.
    """
    _write_any_text()
    arguments = list(sys.argv[1:] if argv is None else argv)
    command = ""
    try:
        parser, _ = build_parser(arguments)
        namespace = parser.parse_args(arguments)
        command = namespace.command
        code = load_command(command).run(namespace)
        sys.stdout.flush()
    except BackchannelError as error:
        _complain(command, str(error))
        return exit_code(error)
    except ModuleNotFoundError as error:
        if "backchannel[" not in str(error):
            raise
        _complain(command, str(error))
        return USAGE
    except BrokenPipeError:
        _leave_broken_streams()
        return FAILED
    except OSError as error:  # a full disk, perhaps
        _complain(command, str(error))
        _leave_broken_streams()
        return FAILED
    except KeyboardInterrupt:
        _complain(command, "interrupted")
        return INTERRUPTED
    return code


def _complain(command: str, message: str) -> None:
    from backchannel.cli.visible import visible_lines

    first, *rest = visible_lines(message)
    name = f"backchannel {command}".rstrip()
    print(f"{name}: {first}", *rest, sep="\n", file=sys.stderr)


def _leave_broken_streams() -> None:
    """Whoever read the output has enough of it. Python would complain once more at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _write_any_text() -> None:
    """Let a terminal that lacks a character get an escape in its place, and not an end."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")

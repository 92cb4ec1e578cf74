"""`backchannel generate`: compile GraphQL operations into a package of typed functions."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from backchannel.cli.exit_codes import FAILED, OK
from backchannel.errors import ConfigurationError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = "Exit codes: 0 done; 1 mistakes in the input, or --check found a difference."
    parser.add_argument(
        "--schema",
        required=True,
        type=Path,
        action="append",
        metavar="FILE_OR_DIR",
        help="the schema in SDL; may be given several times",
    )
    parser.add_argument(
        "--queries",
        required=True,
        type=Path,
        action="append",
        metavar="FILE_OR_DIR",
        help="operations and fragments; may be given several times",
    )
    parser.add_argument(
        "--output",
        required=True,
        type=Path,
        metavar="PACKAGE_DIR",
        help="the package's directory; its name is the package's name",
    )
    parser.add_argument(
        "--overrides",
        type=Path,
        metavar="FILE",
        help="TOML: what the server never leaves null, and which fields are secret",
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="TOML: Python types of custom scalars, [scalars.NAME] with type, parse, serialize",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; name the files that are not what the input gives",
    )


def run(arguments: argparse.Namespace) -> int:
    """Do it; return the exit code."""
    try:
        from backchannel import codegen
        from backchannel.codegen import write
        from backchannel.codegen.configuration import read_scalars
        from backchannel.codegen.overrides import Overrides, read_overrides
        from backchannel.codegen.sources import read_sources
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"{error.name} is not installed: install backchannel with its extra,"
            " `backchannel[codegen]`"
        ) from None
    output: Path = arguments.output
    try:
        write.check_name(output)
        files = codegen.compile_package(
            read_sources(arguments.schema),
            read_sources(arguments.queries),
            codegen.Configuration(
                scalars=read_scalars(arguments.config) if arguments.config else {},
                overrides=(
                    read_overrides(arguments.overrides) if arguments.overrides else Overrides()
                ),
            ),
        )
        if arguments.check:
            stale = write.stale_files(files, output)
            for name in stale:
                print(f"{output / name}: not what the input gives: generate it again")
            return FAILED if stale else OK
        changed = write.write_package(files, output)
    except codegen.CompileError as error:
        print(error, file=sys.stderr)
        return FAILED
    print(f"{output}: {len(files)} files, {len(changed)} changed")
    return OK

"""`backchannel generate`: compile GraphQL operations into a package of typed functions."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from backchannel.cli.exit_codes import FAILED, OK
from backchannel.errors import ConfigurationError

if TYPE_CHECKING:
    from backchannel.codegen.diagnostics import Diagnostic
    from backchannel.codegen.incremental import Session
    from backchannel.codegen.job import Job


def add_arguments(parser: argparse.ArgumentParser) -> None:
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
        help="TOML: Python types of custom scalars, [scalars.NAME] with type, parse, serialize;"
        " levels of the lint, [lint] with fail, warn, off, max_complexity",
    )
    for option, text in (
        ("--fail-on", "a rule of the lint whose findings are mistakes (deprecated, literal, ...)"),
        ("--warn", "a rule whose findings are told and no mistakes"),
        ("--off", "a rule that is not looked at"),
    ):
        parser.add_argument(
            option,
            action="append",
            default=[],
            metavar="RULE",
            help=f"{text}; may be given several times",
        )
    parser.add_argument(
        "--no-cache",
        action="store_true",
        help="compile everything, and keep nothing in the user's directory of caches",
    )
    when = parser.add_mutually_exclusive_group()
    when.add_argument(
        "--watch",
        action="store_true",
        help="for development: generate again whenever the input changes, until Ctrl-C",
    )
    when.add_argument(
        "--check",
        action="store_true",
        help="write nothing; name the files that are not current, by the hashes in the manifest",
    )


def run(arguments: argparse.Namespace) -> int:
    """Do it; return the exit code."""
    from backchannel.codegen.job import Job, caches

    job = Job(
        cache=None if arguments.no_cache else caches(),
        schema=arguments.schema,
        queries=arguments.queries,
        output=arguments.output,
        overrides=arguments.overrides,
        config=arguments.config,
        fail_on=arguments.fail_on,
        warn=arguments.warn,
        off=arguments.off,
    )
    if arguments.watch:
        return _watch(job)
    return _check(job) if arguments.check else _generate(job)


def _check(job: Job) -> int:
    from backchannel.codegen.check import stale

    found = stale(job)
    for line in found:
        print(line)
    return FAILED if found else OK


def _generate(job: Job, session: Session | None = None) -> int:
    try:
        from backchannel.codegen import CompileError, write
    except ModuleNotFoundError as error:
        raise _missing(error) from None
    try:
        write.check_name(job.output)
        files = job.compile(session, _warn)
        changed = write.write_package(files, job.output)
    except CompileError as error:
        print(error, file=sys.stderr, flush=True)
        return FAILED
    except ModuleNotFoundError as error:
        raise _missing(error) from None
    print(f"{job.output}: {len(files)} files, {len(changed)} changed", flush=True)
    return OK


def _watch(job: Job) -> int:
    from backchannel.codegen.watch import watch

    try:
        from backchannel.codegen.incremental import Session
    except ModuleNotFoundError as error:
        raise _missing(error) from None
    session = Session()
    print(f"{job.output}: generated again whenever the input changes; Ctrl-C ends it", flush=True)
    try:
        # Mistakes are printed, and what comes next may mend them.
        watch(job, lambda: _generate(job, session))
    except KeyboardInterrupt:
        print(flush=True)
    return OK


def _warn(warning: Diagnostic) -> None:
    print(warning, file=sys.stderr)


def _missing(error: ModuleNotFoundError) -> ConfigurationError:
    return ConfigurationError(
        f"{error.name} is not installed: install backchannel with its extra, `backchannel[codegen]`"
    )

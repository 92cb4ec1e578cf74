"""`backchannel schema`: download a schema, and tell what a new one does to operations."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from backchannel import environment
from backchannel.cli.exit_codes import FAILED, OK, USAGE
from backchannel.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

_PULL = """\
Credentials come from the options, or from the environment: BACKCHANNEL_SCHEMA_TOKEN for any
server; GLIMESH_TOKEN or GLIMESH_CLIENT_ID for the one of GLIMESH_URL (https://glimesh.tv) only.

Exit codes: those of all commands, in docs/cli.md; 1 where the server describes no valid
schema."""

_DIFF = """\
Exit codes: 0 nothing breaks; 1 an operation breaks: the server will refuse it, or its compiled
arguments or results no longer fit; 2 anything else. With --fail-on any, 1 for every change that
concerns an operation and is not harmless.

A line for each use: path:line:column: operation: what happens: coordinate: change.

With --json, an object a line for each change: change, coordinate, severity (breaking, dangerous or
safe for anybody's operations), message, hits. A hit has path, line, column, operation, effect,
breaking (for this operation), message. Where the new schema refuses an operation and no change
can be named, change is null."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands and their arguments."""
    subparsers = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, summary, epilog, add in (
        ("pull", "download the schema of a server", _PULL, _add_pull),
        ("diff", "which operations do the changes of a schema hit", _DIFF, _add_diff),
    ):
        add(
            subparsers.add_parser(
                name,
                help=summary,
                description=summary,
                epilog=epilog,
                formatter_class=argparse.RawDescriptionHelpFormatter,
            )
        )


def run(arguments: argparse.Namespace) -> int:
    """Do it; return the exit code."""
    return _pull(arguments) if arguments.action == "pull" else _diff(arguments)


def _add_pull(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="what takes the POST of an operation")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="where to; standard output without it"
    )
    parser.add_argument(
        "--header",
        action="append",
        default=[],
        metavar="'NAME: VALUE'",
        help="a further header; may be given several times",
    )
    credential = parser.add_mutually_exclusive_group()
    credential.add_argument("--token", help="sent as `Authorization: Bearer TOKEN`")
    credential.add_argument(
        "--client-id", metavar="ID", help="sent as `Authorization: Client-ID ID`, for Glimesh"
    )
    parser.add_argument(
        "--allow-plain-http",
        action="store_true",
        help="send a credential over plain HTTP to a host that is not this machine",
    )


def _add_diff(parser: argparse.ArgumentParser) -> None:
    for name in ("old", "new"):
        parser.add_argument(
            name,
            type=Path,
            metavar=name.upper(),
            help=f"the {name} schema: SDL, a directory of it, or introspection JSON",
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
        "--overrides",
        type=Path,
        metavar="FILE",
        help="that of `generate`: what the server never leaves null, in both schemas",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a change")
    parser.add_argument(
        "--fail-on",
        choices=("breaking", "any"),
        default="breaking",
        help="which hits give exit code 1 (default: breaking)",
    )


def _pull(arguments: argparse.Namespace) -> int:
    headers = _headers(arguments.header)
    headers |= _credential(arguments.url, arguments.token, arguments.client_id, headers)
    from backchannel.codegen.diagnostics import CompileError
    from backchannel.codegen.schemas.pull import LIMITS, pull_schema
    from backchannel.graphql.client import GraphQLClient
    from backchannel.wire.secrets import without_query

    with GraphQLClient(
        arguments.url,
        headers=headers,
        limits=LIMITS,
        allow_plain_http=arguments.allow_plain_http,
    ) as client:
        try:
            sdl = pull_schema(client, without_query(arguments.url))
        except CompileError as error:
            print(error, file=sys.stderr)
            return FAILED
    output: Path | None = arguments.output
    if output is None:
        print(sdl, end="")
        return OK
    try:
        output.write_text(sdl, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{output}: {error.strerror or error}") from None
    return OK


def _diff(arguments: argparse.Namespace) -> int:
    from backchannel.codegen.diagnostics import CompileError
    from backchannel.codegen.schemas.job import Job
    from backchannel.codegen.schemas.report import as_json, as_text

    job = Job(arguments.old, arguments.new, arguments.queries, arguments.overrides)
    try:
        impact = job.assess()
    except CompileError as error:
        print(error, file=sys.stderr)
        return USAGE
    for line in as_json(impact) if arguments.json else as_text(impact):
        print(line)
    if arguments.fail_on == "any":
        return FAILED if impact.concerns else OK
    return FAILED if impact.breaks else OK


def _headers(lines: Sequence[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            # The text is not shown: it may be a secret.
            raise ConfigurationError("--header: give 'Name: value', with a colon")
        headers[name.strip()] = value.strip()
    return headers


def _credential(
    url: str, token: str | None, client_id: str | None, headers: dict[str, str]
) -> dict[str, str]:
    """The header of the credential, if there is one."""
    from backchannel.glimesh.client import DEFAULT_URL
    from backchannel.glimesh.credentials import choose_credential

    if token is None and client_id is None:
        if any(name.lower() == "authorization" for name in headers):
            return {}
        token = environment.optional("BACKCHANNEL_SCHEMA_TOKEN")
        home = environment.optional("GLIMESH_URL") or DEFAULT_URL
        if token is None and _origin(url) == _origin(home):
            token = environment.optional("GLIMESH_TOKEN")
            client_id = environment.optional("GLIMESH_CLIENT_ID")
    if token is None and client_id is None:
        return {}
    return choose_credential(token, client_id).headers()


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc.lower()

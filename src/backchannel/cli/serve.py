"""`backchannel serve`: local servers to try things with."""

from __future__ import annotations

import argparse
import sys
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

from backchannel.cli.exit_codes import FAILED, OK
from backchannel.cli.items import Served
from backchannel.cli.options import add_json
from backchannel.cli.output import Output, choose_output

if TYPE_CHECKING:
    from backchannel.local import LocalGlimesh, LocalRocketChat

_EPILOG = "The accounts are known to everybody. Ctrl-C ends it, with exit code 0."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "server",
        metavar="SERVER",
        nargs="?",
        choices=("glimesh", "rocketchat"),
        help="%(choices)s; both without it",
    )
    parser.add_argument(
        "--age",
        type=int,
        choices=(3, 7, 8),
        default=8,
        metavar="MAJOR",
        help="the Rocket.Chat version whose answers to give: %(choices)s (default: 8)",
    )
    for name in ("glimesh", "rocketchat"):
        parser.add_argument(
            f"--{name}-port", type=int, default=0, metavar="PORT", help="default: a free one"
        )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    output = choose_output(as_json=arguments.json)
    try:
        with ExitStack() as stack:
            try:
                _start(arguments, stack, output)
            except (OSError, OverflowError) as error:
                if isinstance(error, BrokenPipeError):
                    raise
                print(f"backchannel serve: {error}", file=sys.stderr)
                return FAILED
            print("Ctrl-C ends it", file=sys.stderr, flush=True)
            threading.Event().wait()
    except KeyboardInterrupt:
        # Whenever it comes: a reader of the first line may have enough before the second.
        print(file=sys.stderr)
    return OK


def _start(arguments: argparse.Namespace, stack: ExitStack, output: Output) -> None:
    from backchannel.local import LocalGlimesh, LocalRocketChat

    wanted = arguments.server
    if wanted in (None, "glimesh"):
        glimesh = stack.enter_context(LocalGlimesh(port=arguments.glimesh_port))
        output.show(_glimesh(glimesh))
    if wanted in (None, "rocketchat"):
        rocketchat = stack.enter_context(
            LocalRocketChat(port=arguments.rocketchat_port, age=arguments.age)
        )
        output.show(_rocketchat(rocketchat))


def _glimesh(server: LocalGlimesh) -> Served:
    users = server.world.users
    accounts = [
        {"user": users[token.user_id].username, "token": token.value, "scopes": token.scope}
        for token in server.world.tokens
    ]
    return Served(
        server="glimesh",
        url=server.url,
        environment={"GLIMESH_URL": server.url, "GLIMESH_TOKEN": accounts[0]["token"]},
        accounts=tuple(accounts),
    )


def _rocketchat(server: LocalRocketChat) -> Served:
    from backchannel.local.rocketchat.seed import ACCOUNTS, ALICE

    return Served(
        server="rocketchat",
        url=server.url,
        environment={
            "ROCKETCHAT_URL": server.url,
            "ROCKETCHAT_USER_ID": ALICE.user_id,
            "ROCKETCHAT_AUTH_TOKEN": ALICE.token,
        },
        accounts=tuple(
            {
                "user": account.username,
                "password": account.password,
                "user_id": account.user_id,
                "auth_token": account.token,
            }
            for account in ACCOUNTS
        ),
    )

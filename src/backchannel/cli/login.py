"""`backchannel login`: log in, and keep the token where configuration finds it."""

from __future__ import annotations

import argparse
from typing import Final

_GLIMESH: Final = """\
A browser opens, where you let your application act for you. The application's redirect URI has to
be that of --redirect-uri, letter for letter.

The tokens are kept in `logins/glimesh.tokens` beside the file of configuration, which only you can
read, and are renewed there; with --keyring, in the system's keyring. `logins/glimesh.toml` says
where they are, so that addresses glimesh:... work from then on."""

_ROCKETCHAT: Final = """\
What is not given is asked for, the password and the code of a second factor without echo. With
--password-stdin, the first line of standard input is the password, and a second one the code.

The password is not kept. The token is, in `logins/ACCOUNT.toml` beside the file of configuration,
which only you can read; with --keyring, in the system's keyring, and the file says so. Addresses
rocketchat:... work from then on."""

_EXITS: Final = """

Exit codes: 0 logged in; 2 an argument or setting; 3 refused; 5 try again later; see docs/cli.md."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the platforms and their arguments."""
    platforms = parser.add_subparsers(dest="platform", metavar="PLATFORM", required=True)
    glimesh, rocketchat = (
        platforms.add_parser(
            name,
            help=summary,
            description=summary,
            epilog=text + _EXITS,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        for name, summary, text in (
            ("glimesh", "log in with your browser", _GLIMESH),
            ("rocketchat", "log in with a password", _ROCKETCHAT),
        )
    )
    glimesh.add_argument("--client-id", metavar="ID", help="the application's id")
    glimesh.add_argument("--url", help="the site's base URL (default: https://glimesh.tv)")
    glimesh.add_argument(
        "--redirect-uri",
        metavar="URI",
        help="where the browser comes back to (default: http://127.0.0.1:8765/)",
    )
    glimesh.add_argument(
        "--scope",
        action="append",
        metavar="SCOPE",
        help="what the token may do; may be given several times (default: public and chat)",
    )
    glimesh.add_argument(
        "--no-browser", action="store_true", help="print the page's address, and open nothing"
    )
    glimesh.add_argument(
        "--patience", type=float, default=300.0, metavar="SECONDS", help="how long to wait for you"
    )
    rocketchat.add_argument("url", nargs="?", metavar="URL", help="the server's base URL")
    rocketchat.add_argument("--user", help="the user's name or e-mail address")
    rocketchat.add_argument(
        "--account",
        default="rocketchat",
        help="what addresses begin with: rocketchat, or rocketchat+NAME for a further server",
    )
    rocketchat.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )
    rocketchat.add_argument(
        "--plain",
        action="store_true",
        help="send the password itself, not its digest: for servers that have LDAP check it",
    )
    for platform in (glimesh, rocketchat):
        platform.add_argument(
            "--keyring", action="store_true", help="keep what is secret in the system's keyring"
        )
        platform.add_argument(
            "--allow-plain-http",
            action="store_true",
            help="send secrets over plain HTTP to a host that is not this machine",
        )


def run(arguments: argparse.Namespace) -> int:
    """Log in.

    Raises:
        BackchannelError: nobody was logged in, or the login cannot be kept.
    """
    if arguments.platform == "glimesh":
        from backchannel.cli.login_glimesh import log_in
    else:
        from backchannel.cli.login_rocketchat import log_in
    return log_in(arguments)

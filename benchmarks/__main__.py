"""`python -m benchmarks [NAME ...] [--quick]`: measure, and print tables in Markdown."""

from __future__ import annotations

import argparse
import os
import platform
from importlib.metadata import version

from . import calls, codegen, concurrent, decoding, imports, live, sending

BENCHMARKS = {
    "imports": imports,
    "decoding": decoding,
    "calls": calls,
    "concurrent": concurrent,
    "sending": sending,
    "live": live,
}
# They take minutes and download their peers, so they are run only when they are named.
LONG = {"codegen": codegen}
_PACKAGES = (
    "backchannel",
    "msgspec",
    "requests",
    "urllib3",
    "aiohttp",
    "httpx",
    "gql",
    "websockets",
    "graphql-core",
    "pydantic",
    "ariadne-codegen",
)


def main() -> None:
    every = {**BENCHMARKS, **LONG}
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(every))
    parser.add_argument("--quick", action="store_true", help="a fifth of the rounds")
    parser.add_argument("--rounds", type=int, help="so many rounds of each")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(every):
        parser.error(
            f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(every)}"
        )
    # The servers are on this machine, whatever proxy the environment names.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
    print(
        f"{platform.python_implementation()} {platform.python_version()} on {platform.system()}, "
        f"{os.cpu_count()} cores; " + ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    )
    for name in arguments.names or BENCHMARKS:
        benchmark = every[name]
        rounds = benchmark.ROUNDS // 5 if arguments.quick else benchmark.ROUNDS
        print(f"\n{benchmark.measure(arguments.rounds or rounds)}", end="", flush=True)


if __name__ == "__main__":
    main()

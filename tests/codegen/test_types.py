"""Generated code passes mypy --strict and pyright strict, for all cases at once."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from backchannel.codegen.write import write_package

CASES = sorted(path.name for path in (Path(__file__).parent / "cases").iterdir())
ROOT = Path(__file__).resolve().parents[2]

# What an application writes; assert_type makes the checkers compare.
APPLICATION = """
from decimal import Decimal
from datetime import datetime
from typing import Literal, assert_never, assert_type

import case_abstract
import case_inputs
import case_one_of
import case_selections
from backchannel.graphql.client import AsyncGraphQLClient, GraphQLClient
from backchannel.graphql.subscription import Subscription


async def use(client: GraphQLClient, later: AsyncGraphQLClient) -> None:
    user = case_selections.find_user(client, id="1")
    assert_type(user, case_selections.FindUserUser | None)
    assert_type(await case_selections.plain(later), case_selections.Named | None)
    if user is not None and user.friend is not None:
        assert_type(user.friend.id, str)
    assert_type(
        case_selections.joined(later, room="1"), Subscription[case_selections.Named | None]
    )
    assert_type(case_selections.maybe(client, yes=True, no=False).now, datetime | None)
    for item in case_abstract.feed(client) or []:
        match item:
            case case_abstract.FeedPhoto():
                assert_type(item.width, int)
            case case_abstract.FeedVideo(seconds=seconds):
                assert_type(seconds, int)
            case case_abstract.FeedLink():
                assert_type(item.typename, Literal["Link"])
            case case_abstract.FeedOtherItem():
                assert_type((item.typename, item.id), tuple[str, str])
            case _:
                assert_never(item)
    amount = case_inputs.between(client, from_=datetime.now().date())
    assert_type(amount, Decimal | None)
    case_inputs.search(client, tags=["a", None], grid=[[1], None], filter=None)
    by = case_one_of.By(where=case_one_of.Where(and_=[], by=case_one_of.By(self=True)))
    assert_type(case_one_of.find(client, by=by, all=[case_one_of.By(user_name="a")]), str | None)
    assert_type(case_selections.operations.PLAIN.decode(b""), case_selections.Named | None)
"""

WRONG = """
from typing import assert_never
import case_abstract
import case_inputs
import case_selections
from case_one_of import By, Single
from backchannel.graphql.client import AsyncGraphQLClient, GraphQLClient


def misuse(client: GraphQLClient, later: AsyncGraphQLClient) -> None:
    case_selections.nothing
    case_selections.find_user(client, "1")
    case_selections.joined(client, room=1)
    case_selections.joined(later)
    case_inputs.search(client, tags=None, grid=[])
    case_inputs.search(client, tags=[], grid=[], order=None)
    case_inputs.Filter(nothing=1)
    thing = case_abstract.thing(client)
    if not isinstance(thing, case_abstract.ThingUser | case_abstract.ThingPhoto | None):
        if not isinstance(thing, case_abstract.ThingVideo):
            assert_never(thing)
    By()
    By(id="1", user_name="a")
    By(id=None)
    Single()
"""


@pytest.fixture
def written(tmp_path: Path, case_files: Callable[[str], dict[str, str]]) -> Path:
    for name in CASES:
        write_package(case_files(name), tmp_path / f"case_{name}")
    (tmp_path / "application.py").write_text(APPLICATION)
    return tmp_path


def test_mypy_finds_nothing_in_right_code_and_every_misuse_in_wrong_code(written: Path) -> None:
    (written / "wrong.py").write_text(WRONG)
    run = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "mypy",
                "--strict",
                "--no-error-summary",
                "--hide-error-context",
            ),
            *("--cache-dir", str(written / ".cache"), "--config-file", ""),
            *("application.py", "wrong.py"),
            *(f"case_{name}" for name in CASES),
        ],
        cwd=written,
        env={"MYPYPATH": f"{written}:{ROOT / 'src'}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    found = [line for line in run.stdout.splitlines() if ": error:" in line]
    lines = {int(line.split(":")[1]) for line in found if line.startswith("wrong.py")}
    assert [line for line in found if not line.startswith("wrong.py")] == []
    assert lines == {*range(11, 18), *range(21, 26)}


def test_pyright_strict_finds_nothing(written: Path) -> None:
    (written / "pyrightconfig.json").write_text(
        json.dumps(
            {
                "typeCheckingMode": "strict",
                "pythonVersion": "3.11",
                "extraPaths": [str(ROOT / "src")],
            }
        )
    )
    run = subprocess.run(
        [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "-p", str(written)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.splitlines()[-1].startswith("0 errors"), run.stdout

"""What is deprecated says so: to type checkers and editors, and in docstrings."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from backchannel.codegen.write import write_package

ROOT = Path(__file__).resolve().parents[2]

# A comment marks the lines that use what is deprecated.
APPLICATION = """
from backchannel.graphql.client import AsyncGraphQLClient, GraphQLClient
import case_deprecated as api
from case_deprecated import Filter, Rank, listed


async def use(client: GraphQLClient, later: AsyncGraphQLClient) -> None:
    api.old(client)  # deprecated
    await api.old(later)  # deprecated
    api.old_and_new(client)
    print(api.find_member(client, old_id=1), Rank.LOW)
    async for _ in api.told(later):  # deprecated
        break
    print(listed(client, filter=Filter(nick="x")))  # deprecated
    print(api.ListedMember)  # deprecated
    print(api.MemberFieldsProfile(text=None))  # deprecated
    print(api.MemberFields)
"""
EXPECTED = {
    number for number, line in enumerate(APPLICATION.splitlines(), 1) if "# deprecated" in line
}


@pytest.fixture
def written(tmp_path: Path, case_files: Callable[[str], dict[str, str]]) -> Path:
    write_package(case_files("deprecated"), tmp_path / "case_deprecated")
    (tmp_path / "application.py").write_text(APPLICATION)
    return tmp_path


def test_mypy_finds_each_use_and_none_in_the_package(written: Path) -> None:
    run = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--no-error-summary"),
            *("--enable-error-code", "deprecated", "--config-file", ""),
            *("--cache-dir", str(written / ".cache"), "application.py", "case_deprecated"),
        ],
        cwd=written,
        env={"MYPYPATH": f"{written}:{ROOT / 'src'}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.findall(r"^(.+?):(\d+): error: .* is deprecated: ", run.stdout, re.MULTILINE)
    assert {(path, int(line)) for path, line in found} == {("application.py", n) for n in EXPECTED}
    assert run.stdout.count("error:") == len(found)


def test_pyright_strict_finds_each_use_and_none_in_the_package(written: Path) -> None:
    settings = {"typeCheckingMode": "strict", "extraPaths": [str(ROOT / "src")]}
    (written / "pyrightconfig.json").write_text(json.dumps(settings | {"pythonVersion": "3.11"}))
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pyright", "--pythonpath", sys.executable),
            *("--outputjson", "-p", str(written)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    entries = json.loads(run.stdout)["generalDiagnostics"]
    assert {entry["rule"] for entry in entries} == {"reportDeprecated"}
    assert {(Path(each["file"]).name, each["range"]["start"]["line"] + 1) for each in entries} == {
        ("application.py", number) for number in EXPECTED
    }


def test_docstrings_give_the_reasons(case: Callable[[str], ModuleType]) -> None:
    api = case("deprecated")
    assert 'Deprecated: Ask "now".' in api.old.__doc__
    assert "nick: Deprecated: use name" in api.FindMemberMember.__doc__
    assert "old_id: Deprecated: use id (Int)" in api.find_member.__doc__
    assert "LOW: Deprecated: nobody is" in api.Rank.__doc__
    assert "nick: Deprecated: use name" in api.Filter.__doc__


def test_importing_what_is_deprecated_needs_no_typing_extensions(written: Path) -> None:
    code = (
        "import sys; sys.modules['typing_extensions'] = None\n"
        "from case_deprecated import told, listed, MemberFieldsProfile"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=written, check=True)

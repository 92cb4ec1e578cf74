"""The manifest beside the output, and what is told from its hashes alone."""

import hashlib
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from backchannel.cli import main
from backchannel.codegen.module import HEADER

SCHEMA = """
type Query { node(id: ID!, kind: Kind, filter: Filter): Node me: User old: Int }
interface Node { id: ID! }
type User implements Node { id: ID! name: String }
enum Kind { BIG SMALL }
input Filter { text: String limit: Int }
"""
ME = "# Who is asking.\nquery Me { me { ...UserParts } }\n"
NODE = """query FindNode($id: ID!, $yes: Boolean!) {
  node(id: $id, kind: BIG, filter: {text: "x"}) { id ... on User @include(if: $yes) { name } }
}
"""
PARTS = "fragment UserParts on User { name }\n"

Generate = Callable[..., int]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A directory with a schema, operations in two files and a fragment in a third."""
    (tmp_path / "queries").mkdir()
    (tmp_path / "schema.graphql").write_text(SCHEMA)
    (tmp_path / "queries/me.graphql").write_text(ME)
    (tmp_path / "queries/node.graphql").write_text(NODE)
    (tmp_path / "queries/parts.graphql").write_text(PARTS)
    return tmp_path


def arguments(project: Path, *options: str) -> list[str]:
    return [
        "generate",
        *("--schema", str(project / "schema.graphql")),
        *("--queries", str(project / "queries")),
        *("--output", str(project / "api")),
        *options,
    ]


def manifest(project: Path) -> dict[str, object]:
    return json.loads((project / "api/manifest.json").read_text())


def stale(project: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """What `--check` names: the reasons by file."""
    capsys.readouterr()
    code = main(arguments(project, "--check"))
    lines = capsys.readouterr().out.splitlines()
    assert code == (1 if lines else 0)
    named = (line.split(": ", 1) for line in lines)
    return {os.path.relpath(path, project / "api"): why for path, why in named}


def test_it_tells_of_each_operation_what_is_sent_and_what_it_uses(project: Path) -> None:
    assert main(arguments(project)) == 0
    node, me = manifest(project)["operations"]
    assert node == {
        "name": "FindNode",
        "kind": "query",
        "source": "../queries/node.graphql:1:1",
        "module": "_operations/find_node.py",
        "sha256": hashlib.sha256(node["document"].encode()).hexdigest(),
        "document": node["document"],
        "coordinates": [
            "@include",
            "@include(if:)",
            "Boolean",
            "Filter.text",
            "ID",
            "Kind.BIG",
            "Node.id",
            "Query.node",
            "Query.node(filter:)",
            "Query.node(id:)",
            "Query.node(kind:)",
            "User",
            "User.name",
        ],
    }
    assert me["source"] == "../queries/me.graphql:2:1"
    assert me["coordinates"] == ["Query.me", "User", "User.name"]
    assert "fragment UserParts on User" in me["document"]


def test_its_document_is_the_one_that_the_operation_sends(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(arguments(project)) == 0
    (project / "api").rename(project / "api_of_manifest")
    monkeypatch.syspath_prepend(project)
    sent = importlib.import_module("api_of_manifest.operations")
    documents = [
        each["document"]
        for each in json.loads((project / "api_of_manifest/manifest.json").read_text())[
            "operations"
        ]
    ]
    assert documents == [sent.FIND_NODE.document, sent.ME.document]


def test_it_is_the_same_from_any_directory(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(arguments(project)) == 0
    first = (project / "api/manifest.json").read_bytes()
    monkeypatch.chdir(project)
    assert main(arguments(Path())) == 0
    assert (project / "api/manifest.json").read_bytes() == first
    assert str(project).encode() not in first


def test_a_current_package_passes_the_check(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(arguments(project))
    assert stale(project, capsys) == {}


def test_a_changed_operation_makes_its_module_stale(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(arguments(project))
    (project / "queries/node.graphql").write_text(NODE.replace("BIG", "SMALL"))
    found = stale(project, capsys)
    assert set(found) == {"_operations/find_node.py", "manifest.json"}
    assert "../queries/node.graphql changed" in found["manifest.json"]


def test_a_changed_fragment_makes_the_modules_of_its_operations_stale(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(arguments(project))
    (project / "queries/parts.graphql").write_text("fragment UserParts on User { id }")
    found = stale(project, capsys)
    assert {"_operations/me.py", "_fragments/user_parts.py", "manifest.json"} == set(found)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda project: (project / "queries/new.graphql").write_text(ME), "new.graphql is new"),
        (lambda project: (project / "queries/me.graphql").unlink(), "me.graphql is gone"),
        (
            lambda project: (project / "schema.graphql").write_text(SCHEMA + " "),
            "schema.graphql changed",
        ),
        (lambda project: (project / "schema.graphql").unlink(), "schema.graphql is gone"),
    ],
)
def test_every_other_change_of_the_input_is_found(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[Path], object],
    reason: str,
) -> None:
    main(arguments(project))
    change(project)
    assert reason in stale(project, capsys)["manifest.json"]


def test_settings_that_come_or_change_are_found(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = project / "overrides.toml"
    settings.write_text('[[nonnull]]\ncoordinates = ["User.name"]\nreason = "r"\n')
    main(arguments(project))
    assert main(arguments(project, "--overrides", str(settings), "--check")) == 1
    assert "overrides.toml is new" in capsys.readouterr().out
    assert main(arguments(project, "--overrides", str(settings))) == 0
    assert main(arguments(project, "--overrides", str(settings), "--check")) == 0
    assert "overrides.toml is gone" in stale(project, capsys)["__init__.py"]


def test_edited_and_missing_files_are_found(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(arguments(project))
    with (project / "api/enums.py").open("a") as file:
        file.write("x = 1\n")
    (project / "api/scalars.py").unlink()
    assert stale(project, capsys) == {
        "enums.py": "not what was generated: generate it again",
        "scalars.py": "missing: generate it again",
    }


@pytest.mark.parametrize("key", ["backchannel", "ariadne_codegen"])
def test_another_version_makes_everything_stale(
    project: Path, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    main(arguments(project))
    path = project / "api/manifest.json"
    known = manifest(project)
    known["versions"][key] = "0.0.1"
    path.write_text(json.dumps(known))
    found = stale(project, capsys)
    assert f"{key.replace('_', '-')} was 0.0.1" in found["_operations/me.py"]


@pytest.mark.parametrize("text", ["", "{}", '{"format": 999}', "[]", "\\xff"])
def test_without_a_manifest_that_can_be_read_nothing_is_current(
    project: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    main(arguments(project))
    (project / "api/manifest.json").write_text(text)
    assert list(stale(project, capsys)) == ["manifest.json"]


def test_the_check_loads_no_compiler(project: Path) -> None:
    main(arguments(project))
    code = (
        "import sys; from backchannel.cli import main\n"
        "assert main(sys.argv[1:]) == 0\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments(project, "--check")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "msgspec" in run.stdout
    for heavy in ("graphql", "ariadne_codegen", "pydantic", "asyncio", "ruff"):
        assert f"'{heavy}'" not in run.stdout


def test_a_file_that_the_manifest_does_not_name_is_nobodys_to_remove(project: Path) -> None:
    main(arguments(project))
    copy = project / "api/_operations/copied.py"
    copy.write_text(f"{HEADER}mine = 1\n")
    (project / "queries/node.graphql").unlink()
    assert main(arguments(project)) == 0
    assert copy.exists()
    assert not (project / "api/_operations/find_node.py").exists()


def test_a_file_of_someone_else_in_the_place_of_ours_is_left_alone(project: Path) -> None:
    main(arguments(project))
    taken = project / "api/_operations/find_node.py"
    taken.write_text("mine = 1\n")
    (project / "queries/node.graphql").unlink()
    assert main(arguments(project)) == 0
    assert taken.read_text() == "mine = 1\n"


def test_a_manifest_that_names_files_outside_is_not_followed(project: Path) -> None:
    main(arguments(project))
    outside = project / "outside.py"
    outside.write_text(f"{HEADER}")
    known = manifest(project)
    known["files"]["../outside.py"] = {"sha256": "", "sources": []}
    (project / "api/manifest.json").write_text(json.dumps(known))
    main(arguments(project))
    assert outside.exists()


def test_a_manifest_of_something_else_is_in_the_way(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "api").mkdir()
    (project / "api/manifest.json").write_text('{"name": "mine"}')
    assert main(arguments(project)) == 1
    assert "manifest.json: this file was not generated" in capsys.readouterr().err
    assert [path.name for path in (project / "api").iterdir()] == ["manifest.json"]

"""What one process keeps for the next changes how long that takes, and nothing of what it makes."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from backchannel.codegen import CompileError, Configuration, cache, incremental
from backchannel.codegen.compile import Checked, Compiled, compile_document
from backchannel.codegen.diagnostics import Diagnostic
from backchannel.codegen.job import Job
from backchannel.codegen.write import write_package

SCHEMA = """
"The start."
type Query implements Named {
  name: String!
  "Somebody."
  user(id: ID!, order: Order = { by: NAME }): User
  node(id: ID!): Node
  any: [Any!]!
}
type Mutation { rename(input: RenameInput!): User @deprecated(reason: "Do not.") }
interface Node { id: ID! }
interface Named { name: String! }
# {
"A user." type User implements Node & Named { "The id." id: ID! name: String! role: Role kind: Kind
  friends(first: Int, after: String): Friends! }
type Friends { edges: [Edge!]! pageInfo: PageInfo! }
type Edge { cursor: String! node: User! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type Bot implements Node { id: ID! version: Int owner: User }
union Any = User | Bot
enum Role { ADMIN MEMBER }
enum Kind { A B }
enum By { NAME AGE }
input Order { by: By! then: Order }
input RenameInput { id: ID! name: String!, order: Order }
"""
QUERIES = {
    "a.graphql": "query One($id: ID!) { user(id: $id) { id name } }",
    "b.graphql": "query Two { any { ... on User { ...Parts } ... on Bot { id } } }",
    "c.graphql": "mutation Three($to: RenameInput!) { rename(input: $to) { role } }",
    "d.graphql": "query Four { node(id: 1) { id ... on Bot { owner { ...Parts } } } }\n"
    "query Five { name }",
    "parts.graphql": "fragment Parts on User { ...More name }\nfragment More on User { id kind }",
    "e.graphql": "query Six($id: ID!, $first: Int!, $after: String) { user(id: $id) { friends("
    "first: $first, after: $after) { edges { node { ...Parts } }"
    " pageInfo { hasNextPage endCursor } } } }",
}

Edit = Callable[[Path], object]


def put(name: str, text: str) -> Edit:
    return lambda project: (project / name).write_text(text)


def replaced(name: str, old: str, new: str) -> Edit:
    def edit(project: Path) -> None:
        text = (project / name).read_text()
        assert old in text
        put(name, text.replace(old, new))(project)

    return edit


def both(*edits: Edit) -> Edit:
    return lambda project: [edit(project) for edit in edits]


EDITS: dict[str, Edit] = {
    "nothing": lambda _: None,
    "another field": replaced("queries/a.graphql", "id name", "id"),
    "an enum more": replaced("queries/a.graphql", "{ id", "{ role id"),
    "an enum less": replaced("queries/a.graphql", "role id", "id"),
    "a literal, which is told": put("queries/a.graphql", 'query One { user(id: "1") { name } }'),
    "a deprecated field, in a new file": put(
        "queries/f.graphql", "mutation Seven($to: RenameInput!) { rename(input: $to) { id } }"
    ),
    "a comment": replaced("queries/d.graphql", "query Five", "\n# Said.\nquery Five"),
    "a renamed operation": replaced("queries/d.graphql", "Five", "Fifth"),
    "an operation less": replaced("queries/d.graphql", "query Fifth { name }", ""),
    "an order": replaced(
        "queries/a.graphql", 'user(id: "1")', "user(id: 1, order: {by: AGE, then: {by: NAME}})"
    ),
    "a fragment more": replaced("queries/b.graphql", "on Bot { id }", "on Bot { owner{...Parts} }"),
    "a changed fragment": replaced("queries/parts.graphql", "id kind", "id"),
    "a page": replaced("queries/e.graphql", "node {", "cursor node {"),
    "no page": replaced("queries/e.graphql", "hasNextPage", ""),
    "the schema": replaced("schema.graphql", "version: Int", "version: Int!"),
    "an extended schema": replaced(
        "schema.graphql", "enum Kind", "extend enum Kind { C } enum Kind"
    ),
    "a setting": put("config.toml", "[connections]\nmax_page_size = 7\n"),
    "an override": put(
        "overrides.toml",
        '[[nonnull]]\ncoordinates = ["User.role"]\nreason = "Seen."\n'
        '[[secret]]\ncoordinates = ["Named.name"]\nreason = "Private."\n',
    ),
    "a field of an override": replaced("queries/c.graphql", "role", "role name"),
    "a file edited by hand": replaced("api/_operations/two.py", "class ", "class Mine"),
    "a file deleted": lambda project: (project / "api/_enums/role.py").unlink(),
    "another manifest": replaced("api/manifest.json", "\n", "\n\n"),
    "a spoiled cache": lambda project: [
        path.write_bytes(path.read_bytes()[:-9]) for path in (project / "cache").glob("*.json")
    ],
    "no cache": lambda project: shutil.rmtree(project / "cache"),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "queries").mkdir()
    (tmp_path / "schema.graphql").write_text(SCHEMA)
    (tmp_path / "config.toml").write_text("")
    (tmp_path / "overrides.toml").write_text("")
    for name, text in QUERIES.items():
        (tmp_path / "queries" / name).write_text(text)
    return tmp_path


def generate(project: Path, *, keep: bool) -> tuple[dict[str, bytes], list[Diagnostic]]:
    """The package's files, and what was told; without the cache in a directory of their own."""
    output = project / ("api" if keep else "expected/api")
    job = Job(
        schema=[project / "schema.graphql"],
        queries=[project / "queries"],
        config=project / "config.toml",
        overrides=project / "overrides.toml",
        output=output,
        cache=project / "cache" if keep else None,
    )
    told: list[Diagnostic] = []
    try:
        write_package(job.compile(report=told.append), output)
    except CompileError as error:
        told += error.diagnostics
    files = {
        path.relative_to(output).as_posix(): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    # Its paths begin at the package.
    manifest = (output / "manifest.json").read_text().replace("../../", "../")
    return {**files, "manifest.json": manifest.encode()}, told


def test_after_any_edit_the_files_and_what_is_told_are_those_of_a_full_run(project: Path) -> None:
    generate(project, keep=True)
    for what, edit in EDITS.items():
        edit(project)
        assert generate(project, keep=True) == generate(project, keep=False), what


@pytest.mark.parametrize("seed", [1, 2])
def test_after_some_edits_at_once_too(project: Path, seed: int) -> None:
    dice = random.Random(seed)
    generate(project, keep=True)
    left = list(EDITS.items())
    while left:
        some = [left.pop(0) for _ in range(min(len(left), dice.randint(1, 4)))]
        for _, edit in some:
            edit(project)
        assert generate(project, keep=True) == generate(project, keep=False), some


def test_a_mistake_is_told_as_in_a_full_run(project: Path) -> None:
    generate(project, keep=True)
    generate(project, keep=False)
    replaced("queries/a.graphql", "name", "nmae")(project)
    assert generate(project, keep=True) == generate(project, keep=False)
    replaced("queries/a.graphql", "nmae", "name")(project)
    assert generate(project, keep=True) == generate(project, keep=False)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many operations were compiled, run by run."""
    counts: list[int] = []

    def counting(checked: Checked, configuration: Configuration) -> Compiled:
        compiled = compile_document(checked, configuration)
        counts.append(len(compiled.operations))
        return compiled

    monkeypatch.setattr(incremental, "compile_document", counting)
    return counts


def test_the_next_process_compiles_the_changed_operation_alone(
    project: Path, counted: list[int]
) -> None:
    generate(project, keep=True)
    EDITS["another field"](project)
    EDITS["a page"](project)
    generate(project, keep=True)
    generate(project, keep=True)
    assert counted == [6, 2]


@pytest.mark.parametrize("what", ["a file edited by hand", "a file deleted", "no cache"])
def test_what_is_not_as_it_was_left_is_compiled_anew(
    what: str, project: Path, counted: list[int]
) -> None:
    generate(project, keep=True)
    EDITS[what](project)
    generate(project, keep=True)
    assert counted == [6, 6]


def test_from_another_directory_files_have_other_names_and_all_is_compiled(
    project: Path, counted: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for directory in (Path(), Path("queries"), Path("queries")):
        monkeypatch.chdir(project / directory)
        up = Path(*[".."] * len(directory.parts))
        job = Job(
            schema=[up / "schema.graphql"],
            queries=[up / "queries"],
            output=up / "api",
            cache=project / "cache",
        )
        write_package(job.compile(), job.output)
    assert counted == [6, 6]


def test_where_nothing_can_be_kept_all_is_compiled(project: Path, counted: list[int]) -> None:
    (project / "cache").write_text("a file")
    generate(project, keep=True)
    generate(project, keep=True)
    assert counted == [6, 6]


def test_of_many_packages_the_last_are_kept(project: Path, tmp_path: Path) -> None:
    caches = tmp_path / "cache"
    generate(project, keep=True)
    kept = next(caches.iterdir())
    for number in range(cache.KEPT + 5):
        (caches / f"{number}.json").write_text("{}")
    EDITS["another field"](project)
    generate(project, keep=True)
    assert len(list(caches.iterdir())) == cache.KEPT
    assert kept.exists()
    assert kept.stat().st_mode & 0o077 == 0

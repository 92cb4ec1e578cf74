"""A session compiles what changed, and the result is that of a full run."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backchannel.codegen import CompileError, Configuration, SourceFile, incremental
from backchannel.codegen.compile import (
    Checked,
    Compiled,
    compile_document,
    compile_operations,
)
from backchannel.codegen.incremental import Session

SCHEMA = """
type Query { me: User user(id: ID!, kind: Kind): User node(id: ID!): Node size: Size }
interface Node { id: ID! }
type User implements Node { id: ID! name: String friends: [User!]! kind: Kind size: Size }
type Bot implements Node { id: ID! version: Int }
enum Kind { A B }
enum Size { S M }
"""
SELECTIONS = (
    "id",
    "id name",
    "name friends { id }",
    "name friends { ...Parts }",
    "...Parts",
    "...Parts id",
    "...More",
    "kind",
    "size",
)
PARTS = "fragment Other on User { id }\n\nfragment Parts on User { name kind }\n"
MORE = "fragment More on User {\n  id\n  ...Parts\n}\n"


def source(path: str, text: str) -> SourceFile:
    return SourceFile(path, text)


def operation(number: int, selection: str, comment: str = "", *, argument: bool = False) -> str:
    head, use = ("($id: ID!)", "user(id: $id)") if argument else ("", "me")
    return f"{comment}query Q{number}{head} {{ {use} {{ {selection} }} }}\n"


def files(texts: dict[str, str]) -> list[SourceFile]:
    # `Other` is used, whatever the operations are.
    keeping = "query Keep { me { ...Other friends { ...More } } }\n"
    return [
        *(source(path, text) for path, text in texts.items()),
        source("keep.graphql", keeping),
        source("parts.graphql", PARTS),
        source("more.graphql", MORE),
    ]


def full(operations: list[SourceFile]) -> Compiled:
    return compile_operations([source("schema.graphql", SCHEMA)], operations, Configuration())


def again(session: Session, operations: list[SourceFile]) -> Compiled:
    return session.compile([source("schema.graphql", SCHEMA)], operations, Configuration())


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


EDITS = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.sampled_from(SELECTIONS),
        st.sampled_from(["", "# Said.\n", "\n\n", "# Said\n# twice.\n"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
)


@given(EDITS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_after_any_edits_the_result_is_that_of_a_full_run(
    edits: list[tuple[int, str, str, bool]],
) -> None:
    texts = {
        "one.graphql": operation(1, "id"),
        "two.graphql": operation(2, "...Parts", argument=True) + operation(4, "id"),
        "three.graphql": operation(3, "...More"),
    }
    session = Session()
    again(session, files(texts))
    for number, selection, comment, argument in edits:
        path = list(texts)[number - 1]
        extra = operation(4, "id") if number == 2 else ""
        texts[path] = operation(number, selection, comment, argument=argument) + extra
        assert again(session, files(texts)) == full(files(texts))


def test_only_the_operations_of_the_changed_file_are_compiled(counted: list[int]) -> None:
    texts = {f"{n}.graphql": operation(n, "id name") for n in range(1, 6)}
    session = Session()
    again(session, files(texts))
    again(session, files(texts))
    texts["3.graphql"] = operation(3, "name", "# Changed.\n")
    assert again(session, files(texts)).files == full(files(texts)).files
    assert counted == [6, 1]


@pytest.mark.parametrize(
    "change",
    [
        {"more.graphql": "fragment More on User { name ...Parts }"},
        {"1.graphql": "query Q9 { me { id } }"},
        {"1.graphql": "query Q1 { me { id } } query Q8 { size }"},
        {"1.graphql": "query Q1 { size }"},
        {"9.graphql": "query Q9 { size }"},
        {"1.graphql": "query Q1 { me { ...In } } fragment In on User { id }"},
    ],
)
def test_whatever_else_changes_is_a_full_run(change: dict[str, str], counted: list[int]) -> None:
    texts = {"1.graphql": operation(1, "id")}
    session = Session()
    again(session, files(texts))
    changed = {file.path: file.text for file in files(texts)} | change
    operations = [source(path, text) for path, text in changed.items()]
    assert again(session, operations) == full(operations)
    assert counted[-1] == len(full(operations).operations)


def test_a_mistake_is_reported_as_in_a_full_run_and_mended_by_the_next_edit() -> None:
    texts = {"1.graphql": operation(1, "id")}
    session = Session()
    again(session, files(texts))
    wrong = {"1.graphql": operation(1, "nope")}
    with pytest.raises(CompileError) as found:
        again(session, files(wrong))
    with pytest.raises(CompileError) as expected:
        full(files(wrong))
    assert found.value.diagnostics == expected.value.diagnostics
    assert again(session, files(texts)) == full(files(texts))


def test_another_schema_or_setting_is_a_full_run(counted: list[int]) -> None:
    operations = files({"1.graphql": operation(1, "id")})
    session = Session()
    again(session, operations)
    schema = source("schema.graphql", SCHEMA.replace("name: String", "name: String!"))
    compiled = session.compile([schema], operations, Configuration())
    assert compiled == compile_operations([schema], operations, Configuration())
    assert counted == [2, 2]

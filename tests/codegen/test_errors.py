"""Mistakes of the user: each with its place, all at once, never a traceback."""

from collections.abc import Callable
from pathlib import Path

import pytest

from backchannel.cli import main
from backchannel.codegen import CompileError, SourceFile, compile_package

SCHEMA = """
type Query {
  user(id: ID!): User
  amount: Amount
}

type User {
  name: String
  friend: User
}

scalar Amount
"""

Compiled = Callable[..., dict[str, str]]


def messages(operations: str, schema: str = SCHEMA) -> list[str]:
    with pytest.raises(CompileError) as caught:
        compile_package(
            [SourceFile("schema.graphql", schema)], [SourceFile("q/a.graphql", operations)]
        )
    return [str(each) for each in caught.value.diagnostics]


def test_the_place_comes_first_and_the_line_is_shown_with_a_caret() -> None:
    [message] = messages('query A {\n  user(id: "1") {\n    nmae\n  }\n}\n')
    assert message == (
        "q/a.graphql:3:5: Cannot query field 'nmae' on type 'User'. Did you mean 'name'?\n"
        "    3 |     nmae\n"
        "      |     ^"
    )


def test_all_mistakes_are_told_in_their_order() -> None:
    found = messages("query A { user { name } }\nquery B { nothing }\nfragment F on User { name }")
    assert [message.split(": ")[0] for message in found] == [
        "q/a.graphql:1:11",
        "q/a.graphql:2:11",
        "q/a.graphql:3:1",
    ]


def test_syntax_errors_of_all_files_are_told() -> None:
    with pytest.raises(CompileError) as caught:
        compile_package(
            [SourceFile("schema.graphql", SCHEMA)],
            [SourceFile("a.graphql", "query {"), SourceFile("b.graphql", "query A { name: }")],
        )
    assert [(each.path, each.line) for each in caught.value.diagnostics] == [
        ("a.graphql", 1),
        ("b.graphql", 1),
    ]


def test_an_operation_defined_in_two_files_is_told_with_both_places() -> None:
    with pytest.raises(CompileError) as caught:
        compile_package(
            [SourceFile("schema.graphql", SCHEMA)],
            [
                SourceFile("a.graphql", 'query A { user(id: "1") { name } }'),
                SourceFile("b.graphql", 'query A { user(id: "1") { name } }'),
            ],
        )
    assert "a.graphql:1:7" in str(caught.value)
    assert "b.graphql:1:7" in str(caught.value)


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ("{ amount }", "an operation needs a name"),
        (
            'query getA { user(id: "1") { name } } query GetA { user(id: "1") { name } }',
            "GetA and getA (q/a.graphql:1:1) would both be the function get_a",
        ),
        ("query A { amount }", "the scalar Amount has no Python type"),
        ("query A { __schema { types { name } } }", "introspection has no place"),
        ("# nothing\n", "no operation"),
    ],
)
def test_what_cannot_be_compiled_is_explained(operations: str, expected: str) -> None:
    assert any(expected in message for message in messages(operations))


def test_two_classes_of_one_name_are_refused_with_both_places() -> None:
    schema = "type Query { b: CD, c: D } type CD { x: Int } type D { x: Int }"
    [message] = messages("query A { b { x } }\nquery AC { c { x } }", schema)
    assert message.startswith("q/a.graphql:2:1: the name ACD is taken already, by q/a.graphql:1:1")


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("type Query { a: Nothing }", "schema.graphql:1:17: Unknown type 'Nothing'."),
        ("type Query {", "schema.graphql:1:13: Syntax Error"),
        ("type Other { a: Int }", "schema.graphql: Query root type must be provided."),
        ("# nothing", "schema.graphql: no type"),
    ],
)
def test_a_wrong_schema_is_told(schema: str, expected: str) -> None:
    assert messages("query A { a }", schema)[0].startswith(expected)


def test_the_command_prints_them_and_exits_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "schema.graphql").write_text(SCHEMA)
    (tmp_path / "q.graphql").write_text("query A { nothing }")
    code = main(
        [
            "generate",
            *("--schema", str(tmp_path / "schema.graphql")),
            *("--queries", str(tmp_path / "q.graphql")),
            *("--output", str(tmp_path / "api")),
        ]
    )
    assert code == 1
    assert capsys.readouterr().err.startswith(f"{tmp_path}/q.graphql:1:11: Cannot query field")
    assert not (tmp_path / "api").exists()


@pytest.mark.parametrize("option", ["--schema", "--queries", "--overrides", "--config"])
def test_a_file_that_is_not_there_is_named(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "schema.graphql").write_text(SCHEMA)
    (tmp_path / "q.graphql").write_text('query A { user(id: "1") { name } }')
    options = {
        "--schema": str(tmp_path / "schema.graphql"),
        "--queries": str(tmp_path / "q.graphql"),
        "--output": str(tmp_path / "api"),
        option: str(tmp_path / "missing"),
    }
    assert main(["generate", *(part for pair in options.items() for part in pair)]) == 1
    assert capsys.readouterr().err == f"{tmp_path}/missing: No such file or directory\n"

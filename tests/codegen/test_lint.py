"""The lint: each rule finds its own, and fails, warns or is off as it was said."""

from collections.abc import Callable
from pathlib import Path

import pytest

from backchannel.cli import main
from backchannel.codegen import CompileError, Configuration, SourceFile
from backchannel.codegen.compile import compile_operations
from backchannel.codegen.lint import DEFAULTS, Lint

SCHEMA = """
type Query {
  user(id: ID, name: String, filter: Filter, old: Int @deprecated(reason: "Not read.")): User
  found: Found
}
type Subscription { joined: User, left: User }
type User implements Named { id: ID, name: String, email: String @deprecated(reason: "Private.") }
type Team implements Named { name: String }
interface Named { name: String }
union Found = User | Team
input Filter { role: Role, id: ID, limit: Int, roles: [Role!], old: Int @deprecated }
enum Role { ADMIN GUEST @deprecated(reason: "Nobody is.") }
"""

FINDINGS = {
    "unused-fragment": "query A { user { id } } fragment F on User { id }",
    "unused-variable": "query A($id: ID) { user { id } }",
    "subscription-fields": "subscription A { joined { id } left { id } }",
    "complexity": "query A { user { id name } }",
    "deprecated": "query A { user { email } }",
    "literal": 'query A { user(name: "x") { id } }',
}


def lint(operations: str, **settings: object) -> list[str]:
    """The findings, of all levels."""
    try:
        compiled = compile_operations(
            [SourceFile("s.graphql", SCHEMA)],
            [SourceFile("a.graphql", operations)],
            Configuration(lint=Lint(**settings)),
        )
    except CompileError as error:
        return [str(each).partition("\n")[0] for each in error.diagnostics]
    return [str(each).partition("\n")[0] for each in compiled.warnings]


def test_every_rule_is_tried() -> None:
    assert set(FINDINGS) == set(DEFAULTS)


@pytest.mark.parametrize("rule", FINDINGS)
def test_a_rule_fails_warns_or_is_off(rule: str) -> None:
    limit = 2 if rule == "complexity" else None
    [failure] = lint(FINDINGS[rule], fail=(rule,), max_complexity=limit)
    assert failure.endswith(f" [{rule}]")
    assert "warning" not in failure
    [warning] = lint(FINDINGS[rule], warn=(rule,), max_complexity=limit)
    assert warning == failure.replace(": ", ": warning: ", 1)
    assert lint(FINDINGS[rule], off=(rule,), max_complexity=limit) == []


@pytest.mark.parametrize("rule", FINDINGS)
def test_what_is_off_or_told_is_compiled_nevertheless(rule: str) -> None:
    for settings in (Lint(off=(rule,)), Lint(warn=(rule,))):
        compiled = compile_operations(
            [SourceFile("s.graphql", SCHEMA)],
            [SourceFile("a.graphql", FINDINGS[rule])],
            Configuration(lint=settings),
        )
        assert "_operations/a.py" in compiled.files


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ("query A { user { email } }", ["1:18: warning: The field User.email is deprecated."]),
        ("query A($x: Int) { user(old: $x) { id } }", ["1:25: warning: Field 'Query.user' arg"]),
        ("query A { user(filter: {role: GUEST}) { id } }", ["1:31: warning: The enum value"]),
        ("query A($x: Int) { user(filter: {old: $x}) { id } }", ["1:34: warning: The input fi"]),
        ("query A { user(filter: {role: ADMIN, limit: 3}) { id } }", []),
        ("query A { user(id: 3) { id } }", ["1:20: warning: a literal for 'id': a variable"]),
        ('query A { user(filter: {id: "3"}) { id } }', ["1:29: warning: a literal for 'filter'"]),
        ('query A($n: String = "x") { user(name: $n) { id } }', []),
    ],
)
def test_findings_have_their_places(operations: str, expected: list[str]) -> None:
    found = lint(operations)
    assert len(found) == len(expected)
    for each, start in zip(found, expected, strict=True):
        assert each.startswith(f"a.graphql:{start}")


@pytest.mark.parametrize(
    ("operations", "number"),
    [
        ("query A { user { id name } }", 3),
        ("query A { user { id ...F } other: user { ...F } } fragment F on User { id name }", 7),
        ("query A { user { ... on User { id } ... @include(if: true) { id } } }", 3),
        # The server counts the __typename that tells the members of a union apart.
        ("query A { found { ... on User { id } ... on Team { name } } }", 4),
        ("query A { found { __typename ... on User { id } } }", 3),
    ],
)
def test_each_field_counts_as_often_as_it_is_sent(operations: str, number: int) -> None:
    assert lint(operations, max_complexity=number) == []
    [found] = lint(operations, max_complexity=number - 1)
    said = f"complexity is {number}, and the server's maximum is {number - 1} [complexity]"
    assert found == f"a.graphql:1:1: {said}"


def test_a_fragment_within_itself_is_counted_to_an_end() -> None:
    found = lint("query A { user { ...F } } fragment F on User { ...F }", max_complexity=1)
    assert ["Cannot spread" in each for each in found] == [True]


@pytest.fixture
def generate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Runs the command on an operation with one deprecated field."""
    (tmp_path / "schema.graphql").write_text(SCHEMA)
    (tmp_path / "a.graphql").write_text(FINDINGS["deprecated"])

    def run(*options: str, config: str = "") -> tuple[int, str]:
        (tmp_path / "config.toml").write_text(config)
        files = {"schema": "schema.graphql", "queries": "a.graphql", "config": "config.toml"}
        given = [part for key, name in files.items() for part in (f"--{key}", str(tmp_path / name))]
        code = main(["generate", *given, "--output", str(tmp_path / "api"), *options])
        return code, capsys.readouterr().err.replace(f"{tmp_path}/", "")

    return run


FOUND = "a.graphql:1:18: {}The field User.email is deprecated. Private. [deprecated]\n"


@pytest.mark.parametrize(
    ("options", "config", "code", "said"),
    [
        ((), "", 0, FOUND.format("warning: ")),
        (("--fail-on", "deprecated"), "", 1, FOUND.format("")),
        (("--off", "deprecated"), "", 0, ""),
        ((), '[lint]\nfail = ["deprecated"]', 1, FOUND.format("")),
        ((), '[lint]\noff = ["deprecated"]', 0, ""),
        (("--warn", "deprecated"), '[lint]\nfail = ["deprecated"]', 0, FOUND.format("warning: ")),
        (("--off", "deprecated"), '[lint]\nfail = ["deprecated"]', 0, ""),
        (("--fail-on", "deprecated"), '[lint]\noff = ["deprecated"]', 1, FOUND.format("")),
        (("--off", "deprecated"), "[lint]\nmax_complexity = 2", 0, ""),
        (
            ("--off", "deprecated"),
            "[lint]\nmax_complexity = 1",
            1,
            "a.graphql:1:1: complexity is 2, and the server's maximum is 1 [complexity]\n",
        ),
    ],
)
def test_options_win_over_the_configuration(
    options: tuple[str, ...],
    config: str,
    code: int,
    said: str,
    generate: Callable[..., tuple[int, str]],
) -> None:
    found, err = generate(*options, config=config)
    assert found == code
    assert err.partition("    1 | ")[0] == said

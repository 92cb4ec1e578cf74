"""What the changes of a schema do to operations: where, what, and that it is true."""

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from graphql import (
    DocumentNode,
    OperationDefinitionNode,
    build_schema,
    find_breaking_changes,
    find_dangerous_changes,
    print_ast,
)

from backchannel.cli import main
from backchannel.codegen import CompileError, SourceFile, compile_package
from backchannel.codegen.schemas.changes import Severity
from backchannel.codegen.schemas.compare import find_changes
from backchannel.codegen.schemas.effects import Effect
from backchannel.codegen.schemas.impact import Impact, assess
from backchannel.codegen.schemas.uses import Uses
from backchannel.codegen.sources import parse_operations, parse_schema, read_sources

CASES = Path(__file__).parent / "schema_changes"
DATA = Path(__file__).parents[1] / "data"
SCHEMAS = {
    "glimesh": (DATA / "schema-facts-2021.graphql", DATA / "schema-facts.graphql"),
    "effects": (CASES / "effects" / "old.graphql", CASES / "effects" / "new.graphql"),
}

Imported = Callable[[dict[str, str]], ModuleType]


class Case:
    """Two schemas, and operations for the old one."""

    def __init__(self, name: str) -> None:
        self.sources = [[SourceFile(str(path), path.read_text())] for path in SCHEMAS[name]]
        self.old, self.new = map(parse_schema, self.sources)
        self.document = parse_operations(self.old, read_sources([CASES / name / "queries"]))
        self.impact = assess(self.old, self.new, self.document)
        self.operations = {
            node.name.value: node
            for node in self.document.definitions
            if isinstance(node, OperationDefinitionNode) and node.name
        }

    def text(self, operation: str) -> str:
        node = self.operations[operation]
        fragments = Uses(self.old, self.document).fragments(node)
        return print_ast(DocumentNode(definitions=(node, *fragments)))

    def compiled(self, operation: str, *, new: bool, text: str | None = None) -> dict[str, str]:
        source = SourceFile("operation.graphql", text or self.text(operation))
        return compile_package(self.sources[new], [source])

    def effects(self, operation: str) -> set[Effect]:
        return {hit.effect for hit in self.impact.hits[operation]}


def diff(name: str, monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    monkeypatch.chdir(CASES / name)
    old, new = map(str, SCHEMAS[name])
    return main(["schema", "diff", old, new, "--queries", "queries", *options])


def impact_of(old: str, new: str, operations: str) -> Impact:
    before = parse_schema([SourceFile("old.graphql", old)])
    after = parse_schema([SourceFile("new.graphql", new)])
    return assess(before, after, parse_operations(before, [SourceFile("q.graphql", operations)]))


def told(impact: Impact) -> list[tuple[str, str, str, bool]]:
    return [
        (
            "{}:{}:{}".format(*hit.place),
            hit.effect.value,
            hit.change.coordinate if hit.change else "",
            hit.breaking,
        )
        for hit in impact.all_hits
    ]


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_hit_is_told_at_its_place(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert diff(name, monkeypatch) == 1
    assert capsys.readouterr().out == (CASES / name / "expected.txt").read_text()


@pytest.mark.parametrize("name", SCHEMAS)
def test_an_operation_is_said_to_break_exactly_if_it_no_longer_compiles(name: str) -> None:
    case = Case(name)
    for operation in case.operations:
        case.compiled(operation, new=False)
        if Effect.BREAKS in case.effects(operation):
            with pytest.raises(CompileError):
                case.compiled(operation, new=True)
        else:
            case.compiled(operation, new=True)


def test_an_argument_whose_type_changes_has_another_type_once_it_is_mended(
    imported: Imported,
) -> None:
    case = Case("glimesh")
    [hit] = case.impact.hits["FollowersOf"]
    assert hit.advice == "declare $streamerId as ID"
    mended = case.text("FollowersOf").replace("$streamerId: Int", "$streamerId: ID")
    old = imported(case.compiled("FollowersOf", new=False))
    new = imported(case.compiled("FollowersOf", new=True, text=mended))
    before = inspect.get_annotations(old.followers_of)
    after = inspect.get_annotations(new.followers_of)
    assert "int" in before.pop("streamer_id")
    assert "str" in after.pop("streamer_id")
    assert before == after


@pytest.mark.parametrize("operation", ["FollowersOfTheFirst", "NewestFollowers", "UserByName"])
def test_what_is_harmless_or_not_hit_compiles_to_the_same_code(operation: str) -> None:
    case = Case("glimesh")
    assert case.effects(operation) <= {Effect.HARMLESS}
    old = case.compiled(operation, new=False)
    new = case.compiled(operation, new=True)
    assert {k: v for k, v in old.items() if k.endswith(".py")} == {
        k: v for k, v in new.items() if k.endswith(".py")
    }


def test_what_is_said_of_results_is_true_of_their_types(imported: Imported) -> None:
    case = Case("effects")
    hits = {hit.change.coordinate: hit.effect for hit in case.impact.hits["ReadRoom"] if hit.change}
    old = imported(case.compiled("ReadRoom", new=False))
    new = imported(case.compiled("ReadRoom", new=True))
    before = inspect.get_annotations(old.RoomFields)
    after = inspect.get_annotations(new.RoomFields)
    assert hits["Room.name"] is hits["Room.tags"] is Effect.NULLABLE
    assert (before["name"], after["name"]) == ("str", "str | None")
    assert (before["tags"], after["tags"]) == ("list[str]", "list[str | None]")
    assert hits["Room.topic"] is Effect.NON_NULL
    assert (before["topic"], after["topic"]) == ("str | None", "str")
    assert hits["Status.LOCKED"] is Effect.NEW_VALUE
    assert set(new.Status) - set(old.Status) == {"LOCKED"}
    assert hits["Room.old"] is Effect.DEPRECATED
    assert hits["Room.size"] is Effect.RESULT
    untouched = set(before) - {"name", "tags", "topic"}
    assert {name: before[name] for name in untouched} == {name: after[name] for name in untouched}


def test_a_new_member_has_a_class_of_its_own(imported: Imported) -> None:
    case = Case("effects")
    assert case.effects("Search") == {Effect.NEW_MEMBER}
    old = imported(case.compiled("Search", new=False))
    new = imported(case.compiled("Search", new=True))
    assert {name for name in set(dir(new)) - set(dir(old)) if "Bot" in name}


def test_an_input_whose_argument_type_changes_has_other_fields(imported: Imported) -> None:
    case = Case("effects")
    assert case.effects("Create") == {Effect.ARGUMENT, Effect.HARMLESS}
    old = inspect.get_annotations(imported(case.compiled("Create", new=False)).RoomInput)
    new = inspect.get_annotations(imported(case.compiled("Create", new=True)).RoomInput)
    assert set(old) - set(new) == {"hidden"}
    assert set(new) - set(old) == {"color"}
    assert "None" in old["topic"]
    assert new["topic"] == "str"


def test_json_has_an_object_for_each_change(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert diff("glimesh", monkeypatch, "--json") == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 10
    [streamer] = [line for line in lines if line["coordinate"].endswith("(streamerId:)")]
    assert {**streamer, "hits": streamer["hits"][:1]} == {
        "change": "argument type changed",
        "coordinate": "RootQueryType.followers(streamerId:)",
        "severity": "breaking",
        "message": "type changes from Int to ID",
        "hits": [
            {
                "path": "queries/followers.graphql",
                "line": 2,
                "column": 13,
                "operation": "FollowersOf",
                "effect": "breaks",
                "breaking": True,
                "message": "RootQueryType.followers(streamerId:): type changes from Int to ID:"
                " declare $streamerId as ID",
            }
        ],
    }


OLD = "type Query { a: Int b: String }"


@pytest.mark.parametrize(
    ("new", "options", "code"),
    [
        (OLD, [], 0),
        ("type Query { a: Int }", [], 0),  # b is nobody's
        ("type Query { b: String }", [], 1),
        ("type Query { a: Int! }", [], 0),
        ("type Query { a: Int! }", ["--fail-on", "any"], 1),
        ("type Query { a: Int c: Int }", ["--fail-on", "any"], 0),
        ("type Query {", [], 2),
    ],
)
def test_exit_codes(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    new: str,
    options: list[str],
    code: int,
) -> None:
    (tmp_path / "old.graphql").write_text(OLD)
    (tmp_path / "new.graphql").write_text(new)
    (tmp_path / "q.graphql").write_text("query Q { a }")
    files = [str(tmp_path / name) for name in ("old.graphql", "new.graphql")]
    queries = ["--queries", str(tmp_path / "q.graphql")]
    assert main(["schema", "diff", *files, *queries, *options]) == code
    capsys.readouterr()


def test_operations_must_be_of_the_old_schema(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "old.graphql").write_text(OLD)
    (tmp_path / "q.graphql").write_text("query Q { c }")
    old = str(tmp_path / "old.graphql")
    assert main(["schema", "diff", old, old, "--queries", str(tmp_path / "q.graphql")]) == 2
    assert "q.graphql:1:11: Cannot query field 'c'" in capsys.readouterr().err


def test_descriptions_are_no_change() -> None:
    assert not impact_of(OLD, f'"""All."""\n{OLD}', "query Q { a }").changes


def test_a_root_type_with_another_name_is_the_same_root() -> None:
    new = "schema { query: Root } type Root { a: Int! b: String }"
    impact = impact_of(OLD, new, "query Q { a }\nquery R { ...F }\nfragment F on Query { b }")
    assert told(impact) == [
        ("q.graphql:1:11", "becomes non-null", "Query.a", False),
        ("q.graphql:3:15", "breaks", "Query", True),
    ]


def test_a_root_type_that_is_gone_breaks_its_operations() -> None:
    impact = impact_of(f"{OLD} type Mutation {{ m: Int }}", OLD, "mutation M { m }\nquery Q { a }")
    assert told(impact) == [("q.graphql:1:1", "breaks", "mutation", True)]


def test_a_variable_in_a_shared_fragment_breaks_only_the_operation_that_declares_it_so() -> None:
    old = "type Query { q(x: Int): Query a: Int }"
    new = "type Query { q(x: Int!): Query a: Int }"
    queries = "query A($x: Int) { ...F }\nquery B($x: Int!) { ...F }\nfragment F on Query { q(x: $x) { a } }"
    assert told(impact_of(old, new, queries)) == [
        ("q.graphql:3:25", "breaks", "Query.q(x:)", True),
        ("q.graphql:3:25", "harmless", "Query.q(x:)", False),
    ]


def test_an_argument_that_must_be_given_now_breaks_where_it_is_not() -> None:
    impact = impact_of(
        "type Query { a(x: Int = 1): Int }",
        "type Query { a(x: Int!): Int }",
        "query A { a }\nquery B { a(x: 2) }",
    )
    assert ("q.graphql:1:11", "breaks", "Query.a(x:)", True) in told(impact)
    assert not any(hit.breaking for hit in impact.hits["B"])


def test_a_default_that_changes_concerns_only_who_leaves_it_to_the_server() -> None:
    impact = impact_of(
        "type Query { a(x: Int = 1): Int }",
        "type Query { a(x: Int = 2): Int }",
        "query A { a }\nquery B { a(x: 1) }\nquery C($x: Int) { a(x: $x) }\n"
        "query D($x: Int!) { a(x: $x) }",
    )
    assert [operation for operation, hits in impact.hits.items() if hits] == ["A", "C"]


def test_a_field_that_loses_its_object_breaks_what_selects_below_it() -> None:
    impact = impact_of(
        "type Query { a: A } type A { x: Int }", "type Query { a: Int }", "query A { a { x } }"
    )
    assert told(impact) == [("q.graphql:1:11", "breaks", "Query.a", True)]


def test_a_directive_that_is_gone_breaks() -> None:
    impact = impact_of(f"directive @d on FIELD {OLD}", OLD, "query A { a @d }")
    assert told(impact) == [("q.graphql:1:13", "breaks", "@d", True)]


def test_an_input_that_takes_exactly_one_field_now_changes_the_argument() -> None:
    schema = "type Query {{ a(x: I): Int }} input I {} {{ p: Int q: Int }}"
    impact = impact_of(schema.format(""), schema.format("@oneOf"), "query A($x: I) { a(x: $x) }")
    assert told(impact) == [("q.graphql:1:9", "argument type changes", "I", True)]


ZOO = """
directive @d(a: Int) repeatable on FIELD | QUERY
type Query { a(x: Int, y: Int = 1, z: Int): String b: [Int]! c: U d: I g: Gone }
union U = A | B
interface I { id: ID }
type A implements I { id: ID }
type B { id: ID }
type Gone { x: Int }
enum E { P Q }
input In { e: E n: Int m: Int }
scalar S
"""
ZOO_LATER = """
directive @d(b: Int!) on FIELD
type Query { a(x: ID, y: Int = 2, n: Int!, o: Int): String b: [Int] c: U d: I }
union U = A | C
interface I { id: ID }
type A { id: ID }
type B implements I { id: ID }
type C { id: ID }
enum E { P R }
input In { e: E! n: Int r: Int! s: Int }
enum S { X }
"""


@pytest.mark.parametrize(("first", "second"), [(ZOO, ZOO_LATER), (ZOO_LATER, ZOO)])
def test_every_change_that_graphql_core_finds_is_found_with_its_severity(
    first: str, second: str
) -> None:
    old, new = build_schema(first), build_schema(second)
    own = find_changes(old, new)
    theirs = find_breaking_changes(old, new)
    assert sum(each.severity is Severity.BREAKING for each in own) == len(theirs)
    # Of directives' arguments it tells only what breaks.
    dangerous = [each for each in own if each.severity is Severity.DANGEROUS]
    told_too = [each for each in dangerous if not each.coordinate.startswith("@")]
    assert len(told_too) == len(find_dangerous_changes(old, new))
    assert len({(each.coordinate, each.kind, each.related) for each in own}) == len(own)


NULLABLE = """
type Query { user: User }
type User { name: String, tags: [String!]! }
"""


@pytest.mark.parametrize(
    ("overrides", "effects"),
    [
        ("", ["becomes non-null", "becomes nullable"]),
        (
            '[[nonnull]]\ncoordinates = ["User.name", "User.added"]\nreason = "has one"',
            ["becomes nullable"],
        ),
    ],
)
def test_what_overrides_say_is_no_change(
    overrides: str, effects: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = NULLABLE.replace("name: String", "name: String!").replace(
        "[String!]!", "[String!] added: Int"
    )
    paths = {"old.graphql": NULLABLE, "new.graphql": new, "overrides.toml": overrides}
    paths["q.graphql"] = "query User { user { name tags } }"
    for name, text in paths.items():
        (tmp_path / name).write_text(text)
    options = ["--queries", str(tmp_path / "q.graphql")]
    options += ["--overrides", str(tmp_path / "overrides.toml")]
    old_and_new = [str(tmp_path / "old.graphql"), str(tmp_path / "new.graphql")]
    main(["schema", "diff", *old_and_new, *options, "--json"])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [hit["effect"] for change in found for hit in change["hits"]] == effects


def test_all_mistakes_of_all_files_are_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old.graphql").write_text(NULLABLE)
    Path("new.graphql").write_text(NULLABLE)
    Path("overrides.toml").write_text('[[nonnull]]\ncoordinates = ["User.nmae"]\nreason = ""')
    Path("q").mkdir()
    Path("q/a.graphql").write_text("query A { user { ...F nmae } }")
    Path("q/b.graphql").write_text("fragment F on User {")
    Path("q/c.graphql").write_bytes(b"# \xe9")
    options = ["--queries", "q", "--overrides", "overrides.toml"]
    assert main(["schema", "diff", "old.graphql", "new.graphql", *options]) == 2
    told = capsys.readouterr().err
    places = [line.partition(": ")[0] for line in told.splitlines() if not line.startswith(" ")]
    assert places == [
        "overrides.toml:2:17",
        "q/a.graphql:1:23",
        "q/b.graphql:1:21",
        "q/c.graphql:1:3",
    ]

"""The document on the wire is the user's own, and nothing in a text becomes code."""

import ast
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    get_named_type,
    is_abstract_type,
    parse,
    print_ast,
    validate,
    visit,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from backchannel.codegen import SourceFile, compile_package, text

CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.name for path in CASES.iterdir())


class _Remover(Visitor):
    """Removes the `__typename` that is first in a selection on an abstract type."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types

    def enter_field(self, node: FieldNode, *_: object) -> FieldNode | None:
        field_type = get_named_type(self._types.get_type())
        if node.selection_set is None or not is_abstract_type(field_type):
            return None
        first, *rest = node.selection_set.selections
        if isinstance(first, FieldNode) and print_ast(first) == "__typename" and rest:
            node.selection_set.selections = tuple(rest)
        return None


def normal(document: DocumentNode, schema: str) -> list[str]:
    types = TypeInfo(build_schema(schema))
    visit(document, TypeInfoVisitor(types, _Remover(types)))
    return sorted(print_ast(definition) for definition in document.definitions)


class _Spreads(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.names.append(node.name.value)


def used(document: DocumentNode, operation: str) -> DocumentNode:
    """The operation with the fragments it needs."""
    definitions = {each.name.value: each for each in document.definitions}
    names, pending = [], [operation]
    while pending:
        name = pending.pop()
        if name not in names:
            names.append(name)
            spreads = _Spreads()
            visit(definitions[name], spreads)
            pending += spreads.names
    return DocumentNode(definitions=[definitions[name] for name in names])


@pytest.mark.parametrize("name", NAMES)
def test_the_document_is_the_source_plus_typename_on_abstract_types(
    name: str, case: Callable[[str], ModuleType]
) -> None:
    operations = case(name).operations
    schema = (CASES / name / "schema.graphql").read_text()
    source = (CASES / name / "operations.graphql").read_text()
    for constant in operations.__all__:
        operation = getattr(operations, constant)
        expected = normal(used(parse(source), operation.name), schema)
        assert normal(parse(operation.document), schema) == expected
        assert validate(build_schema(schema), parse(operation.document)) == []


def test_typename_is_added_where_the_type_is_abstract(case: Callable[[str], ModuleType]) -> None:
    operations = case("abstract").operations
    assert "feed {\n    __typename\n    id\n" in operations.FEED.document
    assert "thing {\n    ... on User" in operations.THING.document
    assert "__typename" not in case("selections").operations.PLAIN.document


def test_texts_of_the_schema_are_docstrings_and_nothing_else(
    case: Callable[[str], ModuleType],
) -> None:
    api = case("hostile")
    assert 'Ends with a quote" and holds' not in api.say.__doc__
    assert api.Mode.__doc__.startswith("\\")
    assert "Keeps its lines \\" in api.SaySay.__doc__
    assert api.operations.SAY.document.count("\u2028") == 1


hostile = st.text(
    alphabet=st.one_of(st.sampled_from("\"'\\\n\t {}#%\u2028\u202e\r\0éN"), st.characters()),
    max_size=30,
)


@given(hostile)
def test_a_text_literal_is_the_text(value: str) -> None:
    assert ast.literal_eval(text.literal(value)) == value
    assert ast.literal_eval(text.block(value)) == value
    tree = ast.parse(f"def f():\n    {text.docstring(value, 4)}\n    return 1\n")
    assert len(tree.body) == 1
    assert [type(each) for each in tree.body[0].body] == [ast.Expr, ast.Return]


def sources(one: str, two: str, three: str, four: str) -> tuple[str, str]:
    """A schema and an operation with texts at every kind of place."""
    texts = (
        print_ast(StringValueNode(value=each, block=False)) for each in (one, two, three, four)
    )
    one, two, three, four = texts
    schema = f"{one} type Query {{ {two} a({three} b: String = {four}): String }}"
    return schema, f"query Q($b: String = {four}) {{ a(b: $b) c: a(b: {four}) }}"


def without_texts(files: dict[str, str]) -> dict[str, str]:
    """The syntax trees of modules, all string literals empty."""
    trees: dict[str, str] = {}
    for name, code in files.items():
        tree = ast.parse(code) if name.endswith(".py") else ast.Module([], [])
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                node.value = ""
        trees[name] = ast.dump(tree)
    return trees


@given(st.lists(hostile, min_size=4, max_size=4))
@settings(max_examples=20, deadline=None)
def test_no_description_and_no_literal_becomes_code(values: list[str]) -> None:
    clean = ["".join(c for c in each if c.isprintable() or c == "\n") for each in values]
    harmless = _compile(*sources("a", "b", "c", "d"))
    schema, operations = sources(*clean)
    files = _compile(schema, operations)
    assert without_texts(files) == without_texts(harmless)
    tree = ast.parse(files["_operations/q.py"])
    constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    [document] = [each for each in constants if str(each).startswith("query Q")]
    assert print_ast(parse(document)) == print_ast(parse(operations))


def _compile(schema: str, operations: str) -> dict[str, str]:
    return compile_package([SourceFile("s", schema)], [SourceFile("o", operations)])

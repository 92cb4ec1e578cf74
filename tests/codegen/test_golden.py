"""The golden corpus: what legal input becomes, that it works, and that it type-checks."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_abstract_type,
    parse,
    visit,
)

from backchannel.codegen.defaults import build_schema
from backchannel.codegen.write import write_package
from support import golden, golden_replies

ROOT = Path(__file__).resolve().parents[2]

# What an application writes: left out is told apart from null.
APPLICATION = """
from typing import assert_type

import golden_conditional as conditional
import golden_defaults as defaults
import golden_many_types as many
from backchannel.graphql.client import GraphQLClient
from backchannel.graphql.models import UNSET, Unset


def use(client: GraphQLClient) -> None:
    user = conditional.conditional(client, yes=True)
    assert user is not None
    assert_type(user.id, str)
    assert_type(user.name, str | Unset)
    assert_type(user.email, str | None | Unset)
    if user.name is not UNSET:
        assert_type(user.name, str)
    if not isinstance(user.friend, Unset):
        assert_type(user.friend.name, str | Unset)
    assert_type(conditional.root(client, yes=True), int | Unset)
    animal = many.find_animal(client, id="1")
    assert animal is not None
    match animal:
        case many.FindAnimalFox():
            assert_type(animal.name_fox, str | None)
        case many.FindAnimalOtherAnimal():
            assert_type(animal.typename, str)
        case many.FindAnimalFrog() | many.FindAnimalBat() | many.FindAnimalBee():
            assert_type(animal.id, str)
    assert_type(defaults.search(client, plain="", text=UNSET).named, list[str])
"""


@pytest.mark.parametrize("case", golden.CASES)
def test_the_output_is_what_is_expected(case: str) -> None:
    # Where a change is meant: python tests/codegen/update_golden.py
    assert golden.readable(golden.compiled(case)) == golden.expected(case)


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A directory with all packages, `golden_<case>` each."""
    for case in golden.CASES:
        write_package(golden.compiled(case), tmp_path / f"golden_{case}")
    return tmp_path


def test_the_packages_import_send_and_decode_and_their_documents_are_the_sources(
    packages: Path,
) -> None:
    run = subprocess.run(
        [sys.executable, golden_replies.__file__, golden.GOLDEN, packages],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    reports = json.loads(run.stdout)
    assert {case: each["differences"] for case, each in reports.items()} == {
        case: [] for case in golden.CASES
    }
    for case, each in reports.items():
        schema = build_schema(parse(golden.schema(case).text))
        source = parse("\n".join(file.text for file in golden.operations(case)), no_location=True)
        assert each["documents"]
        for name, document in each["documents"].items():
            wire = parse(document, no_location=True)
            assert by_name(without_added_typenames(wire, schema, source)) == needed(source, name)


def test_mypy_strict_and_pyright_strict_find_nothing(packages: Path) -> None:
    settings = {
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "extraPaths": [str(ROOT / "src")],
    }
    (packages / "application.py").write_text(APPLICATION)
    (packages / "pyrightconfig.json").write_text(json.dumps(settings))
    mypy = [sys.executable, "-m", "mypy", "--strict", "--config-file", "", "."]
    pyright = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "-p", packages]
    for command in (mypy, pyright):
        run = subprocess.run(
            command,
            cwd=packages,
            env={"MYPYPATH": str(ROOT / "src"), "PATH": ""},
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, run.stdout + run.stderr


def by_name(document: DocumentNode) -> dict[str, object]:
    return {definition.name.value: definition for definition in document.definitions}


class _Spreads(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.names.append(node.name.value)


def needed(source: DocumentNode, operation: str) -> dict[str, object]:
    """An operation of the source and the fragments it needs, by name."""
    definitions = by_name(source)
    operations = {
        name: each
        for name, each in definitions.items()
        if not isinstance(each, FragmentDefinitionNode)
    }
    fragments = {name: each for name, each in definitions.items() if name not in operations}
    spreads = _Spreads()
    visit(operations[operation], spreads)
    found = {operation: operations[operation]}
    for name in spreads.names:
        if name not in found:
            found[name] = fragments[name]
            visit(fragments[name], spreads)
    return found


class _Fields(Visitor):
    """The selection sets of fields on abstract types, in the order of a document."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.abstract: list[SelectionSetNode] = []

    def enter_field(self, node: FieldNode, *_: object) -> None:
        on = get_named_type(self._types.get_type())
        if node.selection_set is not None and is_abstract_type(on):
            self.abstract.append(node.selection_set)


def without_added_typenames(
    wire: DocumentNode, schema: GraphQLSchema, source: DocumentNode
) -> DocumentNode:
    """The document without the `__typename` at the head of what is abstract, where it was added.

    Each is compared with its counterpart, so that one that the user wrote stays.
    """
    originals = by_name(source)
    for name, definition in by_name(wire).items():
        for added, original in zip(
            _abstract(definition, schema), _abstract(originals[name], schema), strict=True
        ):
            first, *rest = added.selections
            if len(rest) == len(original.selections):
                assert isinstance(first, FieldNode)
                assert (first.name.value, first.alias, first.directives) == ("__typename", None, ())
                added.selections = tuple(rest)
    return wire


def _abstract(definition: object, schema: GraphQLSchema) -> list[SelectionSetNode]:
    types = TypeInfo(schema)
    fields = _Fields(types)
    visit(definition, TypeInfoVisitor(types, fields))
    return fields.abstract

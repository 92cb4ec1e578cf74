"""The operations: valid, complete, documented, and free of what fails on the real server."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from graphql import (
    ArgumentNode,
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    build_schema,
    parse,
    specified_rules,
    validate,
    visit,
)

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "queries").glob("*.graphql"))
SCHEMA = build_schema((ROOT / "schema" / "glimesh.graphql").read_text(encoding="utf-8"))
DOCUMENT = parse("\n".join(path.read_text(encoding="utf-8") for path in FILES))
OPERATIONS = {
    definition.name.value: definition
    for definition in DOCUMENT.definitions
    if isinstance(definition, OperationDefinitionNode)
}

# What the server's own tutorial on sending messages asks for.
TUTORIAL = {
    "FindChannelId": """
        query { channel(streamerUsername: "Mytho") { id } }
    """,
    "ChatMessages": """
        query {
          channel(id: 6) {
            chatMessages(last: 10) {
              edges { node { message user { username avatarUrl } } }
            }
          }
        }
    """,
    "CreateChatMessage": """
        mutation {
          createChatMessage(channelId: 6, message: {message: "MESSAGE"}) {
            message
            insertedAt
            user { username }
          }
        }
    """,
}

# Complexity the server allows over HTTP, where each field counts 1.
MAX_COMPLEXITY = 500


def field_paths(
    selections: SelectionSetNode, document: DocumentNode, prefix: str = ""
) -> Counter[str]:
    """Each field a selection asks for, as a dotted path with its arguments, fragments expanded."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    paths: Counter[str] = Counter()
    for selection in selections.selections:
        if isinstance(selection, FragmentSpreadNode):
            inner = fragments[selection.name.value].selection_set
            paths += field_paths(inner, document, prefix)
        elif not isinstance(selection, FieldNode):
            paths += field_paths(selection.selection_set, document, prefix)
        else:
            path = f"{prefix}{selection.name.value}"
            paths[path] += 1
            for argument in selection.arguments:
                paths[f"{path}({argument.name.value}:)"] += 1
            if selection.selection_set:
                paths += field_paths(selection.selection_set, document, f"{path}.")
    return paths


def complexity(operation: OperationDefinitionNode) -> int:
    paths = field_paths(operation.selection_set, DOCUMENT)
    return sum(count for path, count in paths.items() if not path.endswith(")"))


class SelectedFields(Visitor):
    """Notes which schema coordinates each definition selects by itself."""

    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.type_info = TypeInfo(schema)
        self.by_definition: dict[str, set[str]] = {}
        self._current: set[str] = set()

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: object) -> None:
        self._current = self.by_definition.setdefault(node.name.value, set())

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: object) -> None:
        self._current = self.by_definition.setdefault(node.name.value, set())

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self._current.add(f"{self.type_info.get_parent_type()}.{node.name.value}")


@pytest.fixture(scope="module")
def selected() -> dict[str, set[str]]:
    visitor = SelectedFields(SCHEMA)
    visit(DOCUMENT, TypeInfoVisitor(visitor.type_info, visitor))
    return visitor.by_definition


def test_all_documents_are_valid_together() -> None:
    assert validate(SCHEMA, DOCUMENT, specified_rules) == []


def test_no_deprecated_field_is_selected() -> None:
    assert validate(SCHEMA, DOCUMENT, [NoDeprecatedCustomRule]) == []


def test_every_root_field_but_the_upload_has_an_operation(selected: dict[str, set[str]]) -> None:
    root_types = [SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type]
    root_fields = {f"{type_}.{field}" for type_ in root_types for field in type_.fields}

    assert root_fields - set().union(*selected.values()) == {
        "RootMutationType.uploadStreamThumbnail"
    }


def test_every_operation_has_one_root_field() -> None:
    several = {
        name: len(operation.selection_set.selections)
        for name, operation in OPERATIONS.items()
        if len(operation.selection_set.selections) != 1
    }

    # Whether a message is somebody's own is asked with who is asking, or the two might not fit.
    assert several == {"ReadBack": 2}


def test_arguments_are_variables_only() -> None:
    literals: list[str] = []

    class Arguments(Visitor):
        def enter_argument(self, node: ArgumentNode, *_: object) -> None:
            if not isinstance(node.value, VariableNode):
                literals.append(node.name.value)

    visit(DOCUMENT, Arguments())

    assert literals == []


def test_names_make_good_function_names() -> None:
    names = [
        definition.name.value
        for definition in DOCUMENT.definitions
        if isinstance(definition, ExecutableDefinitionNode)
    ]

    assert [name for name in names if not re.fullmatch(r"([A-Z][a-z]+)+", name)] == []
    assert len({name.lower() for name in names}) == len(names)
    assert not {name.lower() for name in names} & {name.lower() for name in SCHEMA.type_map}


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_comment_above_explains_the_operation(name: str) -> None:
    comments: list[str] = []
    token = OPERATIONS[name].loc.start_token.prev
    while token is not None and token.kind.value == "Comment":
        comments.insert(0, token.value.strip())
        token = token.prev

    assert " ".join(comments).endswith(".")


@pytest.mark.parametrize("name", OPERATIONS)
def test_complexity_leaves_room_below_the_limit(name: str) -> None:
    assert complexity(OPERATIONS[name]) < MAX_COMPLEXITY / 5


@pytest.mark.parametrize("name", TUTORIAL)
def test_the_tutorial_is_covered(name: str) -> None:
    tutorial = parse(TUTORIAL[name])
    wanted = field_paths(tutorial.definitions[0].selection_set, tutorial)
    ours = field_paths(OPERATIONS[name].selection_set, DOCUMENT)

    assert wanted.keys() - ours.keys() == set()


def test_secrets_are_selected_by_their_own_operations_only(selected: dict[str, set[str]]) -> None:
    overrides = tomllib.loads((ROOT / "schema" / "overrides.toml").read_text(encoding="utf-8"))
    secrets = {coordinate for entry in overrides["secret"] for coordinate in entry["coordinates"]}

    assert {name: fields & secrets for name, fields in selected.items() if fields & secrets} == {
        "ChannelKeys": {"Channel.hmacKey", "Channel.streamKey"},
        "MyEmail": {"User.email"},
    }


def test_what_the_server_cannot_write_is_not_selected(selected: dict[str, set[str]]) -> None:
    # The column of one is a boolean and of the other a fraction; the schema says Int for both.
    unreadable = {"EdgeRoute.available", "EdgeRoute.priority"}

    assert not unreadable & set().union(*selected.values())


def test_a_logged_measurement_is_asked_only_for_what_it_shares_with_a_stream() -> None:
    # The resolver returns the measurement where the schema promises the stream.
    paths = field_paths(OPERATIONS["LogStreamMetadata"].selection_set, DOCUMENT)
    selected = {path.split(".")[1] for path in paths if "." in path}

    assert selected <= SCHEMA.type_map["Stream"].fields.keys()
    assert selected <= SCHEMA.type_map["StreamMetadata"].fields.keys()
    assert "metadata" not in selected


# What a send asks for: the newest message alone, and pages that go back from it.
OF_SENDING = {"FindChatRoom", "ReadBack"}


def test_every_page_can_be_turned() -> None:
    for name, operation in OPERATIONS.items():
        if name in OF_SENDING:
            continue
        paths = field_paths(operation.selection_set, DOCUMENT)
        pages = [path.removesuffix(".edges") for path in paths if path.endswith(".edges")]
        for page in pages:
            wanted = {f"{page}({argument}:)" for argument in ("first", "after", "last", "before")}
            wanted |= {f"{page}.pageInfo.{cursor}" for cursor in ("startCursor", "endCursor")}
            assert wanted <= set(paths), name

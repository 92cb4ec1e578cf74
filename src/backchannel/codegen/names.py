"""The names in generated code. They are an interface, so their rules are all here.

- Functions, arguments, fields: snake_case of the name in GraphQL (`streamKey`, `stream_key`).
  Leading underscores go; what would then begin with a digit gets an `x_` in front.
- Classes: PascalCase. Enums and inputs are named like their types, fragments like themselves, the
  whole result of an operation is `<Operation>Result`. Any other selection is named by what it is,
  after its owner: `<Operation><Type>`, `<Fragment><Type>` (`ChatMessagesPageInfo`). Where an owner
  selects a type more than once, all of these are named by their paths instead
  (`FollowersUserStreamer`), so that no name depends on which comes first.
- Where the members of a union or interface are told apart, the alias of all has the name of a
  selection, and the class for types without one of their own has `Other` before the type
  (`ChatMessageFieldsOtherChatMessageToken`).
- Builders in `testing`: snake_case of the class; that of an operation is named like its function,
  for which the builder of a class gives way.
- Constants: the name of the function in capitals.
- The function that reads all pages of an operation over a connection: `<function>_pages`.
- A name that Python, or the generated code around it, needs for itself gets a trailing
  underscore: `from_`. Builtins that generated code does not need stay as they are: `id`, `type`.
- Names that meet in one scope (`userId`, `userID`) each keep their spelling in GraphQL, but that
  an `x` stands before a leading underscore (`_id`, `x_id`), and an underscore after a name that
  begins like a class (`Role`, `Role_`).
- Two classes or functions that would have one name are refused, with both positions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from keyword import iskeyword

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

BUILTINS = frozenset({"bool", "float", "int", "list", "msgspec", "object", "str"})
"""What annotations and defaults in generated code refer to, in lower case."""

FIELDS = BUILTINS | {"scalar_fields", "secret_fields", "typename"}
"""Reserved for the classes of fields themselves."""

ONE_OF_FIELDS = FIELDS | {"overload"}
"""Reserved for the classes of inputs of which one field is given."""

PARAMETERS = frozenset({"client"})
"""Reserved for the functions themselves."""

FUNCTIONS = BUILTINS | {
    "annotations",
    "backchannel",
    "deprecated",
    "enums",
    "fragments",
    "input_types",
    "operations",
    "overload",
    "scalars",
    "testing",
}
"""Reserved for the modules of the package, and for what modules of operations import."""

BUILDERS = BUILTINS | {"annotations", "backchannel", "datetime", "decimal", "uuid"}
"""Reserved for what modules of builders import."""

PAGES_PARAMETERS = PARAMETERS | {"backwards", "cursor", "page_size"}
"""Reserved for the functions of pages themselves."""

CLASSES = frozenset(
    {
        "AsyncGraphQLClient",
        "AsyncIterator",
        "ClassVar",
        "Coroutine",
        "Direction",
        "GraphQLClient",
        "Input",
        "Iterator",
        "Literal",
        "OpenEnum",
        "Operation",
        "OneOfInput",
        "OtherResult",
        "Pages",
        "Result",
        "SecretResult",
        "TYPE_CHECKING",
        "TypeAlias",
        "UNSET",
        "Unset",
        "Variable",
    }
)
"""Reserved for what generated modules import."""

MEMBERS = frozenset(name for name in dir(str) if not name.startswith("_")) | {
    "is_known",
    "mro",
    "name",
    "value",
}
"""Reserved for the methods that an open enum has."""


def snake_case(name: str) -> str:
    """The name in snake_case, without leading underscores."""
    return _begun(_WORDS.sub("_", name).lower().lstrip("_"), "x_")


def pascal_case(name: str) -> str:
    """The name in PascalCase; capitals inside words stay."""
    return _begun("".join(part[:1].upper() + part[1:] for part in name.split("_")), "X")


def selected(type_name: str, *, is_other: bool) -> str:
    """What the class of a selection is called after its owner."""
    return ("Other" if is_other else "") + pascal_case(type_name)


def constant_name(function: str) -> str:
    """The name of the constant beside a function."""
    return function.upper()


def member_name(value: str) -> str:
    """The name of an enum's member."""
    return freed(_begun(value.lstrip("_"), "x_"), MEMBERS)


def class_name(name: str) -> str:
    """The name of the class of a type or fragment."""
    return freed(pascal_case(name), CLASSES)


def function_name(operation: str) -> str:
    """The name of the function of an operation."""
    return freed(snake_case(operation), FUNCTIONS)


def pages_name(function: str) -> str:
    """The name of the function of all pages beside that of one."""
    return f"{function}_pages"


def freed(name: str, reserved: frozenset[str] = frozenset()) -> str:
    """The name, with a trailing underscore where it is reserved."""
    return f"{name}_" if iskeyword(name) or name in reserved else name


def scope(names: Iterable[str], reserved: frozenset[str]) -> dict[str, str]:
    """The snake_case names of one scope by their names in GraphQL, all different."""
    wanted = {name: freed(snake_case(name), reserved) for name in names}
    count = Counter(wanted.values())
    taken: set[str] = set()
    chosen: dict[str, str] = {}
    for name, python_name in wanted.items():
        choice = python_name if count[python_name] == 1 else freed(_spelled(name), reserved)
        while choice in taken:
            choice += "_"
        taken.add(choice)
        chosen[name] = choice
    return chosen


def members(values: Iterable[str]) -> dict[str, str]:
    """The names of an enum's members by value, all different."""
    chosen: dict[str, str] = {}
    for value in values:
        name = member_name(value)
        while name in chosen.values():
            name += "_"
        chosen[value] = name
    return chosen


def _spelled(name: str) -> str:
    """The name as GraphQL has it, where Python does not give such a name a meaning."""
    if name.startswith("_"):
        return f"x{name}"
    return f"{name}_" if name[0].isupper() else name


def _begun(name: str, start: str) -> str:
    return name if name and not name[0].isdigit() else start + name

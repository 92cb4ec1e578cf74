"""The names in generated code. They are an interface, so their rules are all here.

- Functions, arguments, fields: snake_case of the name in GraphQL (`streamKey`, `stream_key`).
  Leading underscores go; what would then begin with a digit gets an `x_` in front.
- Classes: PascalCase. Enums, inputs and scalars are named like their types, fragments like
  themselves, the whole result of an operation is `<Operation>Result`. Any other selection is named
  by what it is, after its owner: `<Operation><Type>`, `<Fragment><Type>` (`ChatMessagesPageInfo`).
  Where an owner selects a type more than once, all of these are named by their paths instead
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
- Classes of types that meet (`Role`, `role`): the type that is spelled so keeps the name, the
  others get trailing underscores, in the order of their names. Fragments, operations and results
  make way for the types of the schema, used or not, with a trailing underscore.
- Classes of one owner that meet: by type or by path, the one by type keeps the name; where paths
  meet (`fooBar`, `foo { bar }`), trailing underscores tell them apart, in the order of the paths.
- So a name depends on its owner and on the schema, and on no other operation: adding one renames
  nothing. Where the classes or functions of two owners meet, one of them would have to be renamed:
  they are refused instead, with both positions.
- Modules of fragments, enums and inputs are private. They differ in more than upper and lower
  case, which some file systems do not tell apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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

MODULE_LENGTH = 200
"""The most characters of a name that a module has: most file systems take 255 bytes."""

DEVICES = frozenset({"aux", "con", "nul", "prn"}) | {
    f"{device}{number}" for device in ("com", "lpt") for number in range(1, 10)
}
"""No names of files on Windows."""

LOOKUP = frozenset({"find_spec", "getattr", "globals", "import_module", "sorted"})
"""Reserved for the modules that find names when they are asked for, and keep them."""

BUILDERS = BUILTINS | LOOKUP | {"annotations", "backchannel", "datetime", "decimal", "uuid"}
"""Reserved for what modules of builders import."""

FUNCTIONS = (
    BUILDERS
    | DEVICES
    | {
        "deprecated",
        "enums",
        "fragments",
        "input_types",
        "operations",
        "overload",
        "require_format",
        "scalars",
        "testing",
        "type_checking",
        "unset",
    }
)
"""Reserved for the modules of the package, and for what modules of operations import.

The builder of an operation is named like its function. The constants of the last two would be in
the way of what is imported in capitals.
"""

PAGES_PARAMETERS = PARAMETERS | {"backwards", "cursor", "page_size"}
"""Reserved for the functions of pages themselves."""

CLASSES = frozenset(
    {
        "AsyncGraphQLClient",
        "AsyncIterator",
        "BlockingSubscription",
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
        "Scalar",
        "SecretInput",
        "SecretResult",
        "Subscription",
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


@dataclass(frozen=True)
class TypeNames:
    """The names of a schema's enums, inputs and scalars, whether operations use them or not.

    Attributes:
        classes: by the types' names in GraphQL.
        markers: those of the markers of scalars, likewise.
        modules: those of modules for the types alone, likewise.
        reserved: all of the classes and markers.
    """

    classes: Mapping[str, str]
    markers: Mapping[str, str]
    modules: Mapping[str, str]
    reserved: frozenset[str]

    def enum_home(self, name: str) -> str:
        """The module of an enum, relative to the package."""
        return f"_enums.{self.modules[name]}"

    def input_home(self, name: str) -> str:
        """The module of an input, relative to the package."""
        return f"_inputs.{self.modules[name]}"


def type_names(types: Iterable[str], scalars: Iterable[str]) -> TypeNames:
    """Name the classes of types, and the markers of those that are scalars."""
    wanted = {name: freed(pascal_case(name), CLASSES) for name in types}
    taken: set[str] = set()
    classes = {
        name: _free(wanted[name], taken)
        for name in sorted(wanted, key=lambda name: (wanted[name] != name, name))
    }
    markers = {name: _free(f"{classes[name]}Scalar", taken) for name in sorted(scalars)}
    modules = private_modules(classes.values())
    return TypeNames(
        classes=classes,
        markers=markers,
        modules={name: modules[chosen] for name, chosen in classes.items()},
        reserved=frozenset(taken),
    )


def class_name(name: str, types: TypeNames) -> str:
    """The name of the class of a fragment, or of an operation's whole result."""
    return _free(freed(pascal_case(name), CLASSES), set(types.reserved))


def selection_names(
    wanted: Sequence[tuple[str, tuple[str, ...]]], prefix: str, root: str, types: TypeNames
) -> list[str]:
    """The names of the classes of one owner, in the order of what is wanted.

    Args:
        wanted: what is selected by type, see `selected`, and the path of response keys and types
            that leads to it.
        prefix: how the names begin.
        root: the class of the whole selection.
        types: what the schema has taken.
    """
    by_type = [prefix + name for name, _ in wanted]
    count = Counter(by_type)
    taken = {*types.reserved, *CLASSES, root}
    chosen = {
        index: name for index, name in enumerate(by_type) if count[name] == 1 and name not in taken
    }
    taken.update(chosen.values())
    for index in sorted(range(len(wanted)), key=lambda index: wanted[index][1]):
        if index not in chosen:
            path = "".join(pascal_case(part) for part in wanted[index][1])
            chosen[index] = _free(prefix + path, taken)
    return [chosen[index] for index in range(len(wanted))]


def function_name(operation: str, types: TypeNames) -> str:
    """The name of the function of an operation; that in capitals is no type's."""
    name = freed(snake_case(operation), FUNCTIONS)
    while constant_name(name) in types.reserved:
        name += "_"
    return name


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
    taken: set[str] = set()
    return {value: _free(member_name(value), taken) for value in values}


def private_modules(names: Iterable[str]) -> dict[str, str]:
    """The modules of fragments and types by their names, different in lower case too."""
    taken: set[str] = set()
    return {name: _free(freed(snake_case(name), FUNCTIONS), taken) for name in sorted(names)}


def _free(name: str, taken: set[str]) -> str:
    """The name, with underscores after it while it is taken; then it is taken too."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _spelled(name: str) -> str:
    """The name as GraphQL has it, where Python does not give such a name a meaning."""
    if name.startswith("_"):
        return f"x{name}"
    return f"{name}_" if name[0].isupper() else name


def _begun(name: str, start: str) -> str:
    return name if name and not name[0].isdigit() else start + name

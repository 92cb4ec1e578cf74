"""An introspected schema in the schema definition language, sorted by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Protocol, TypeVar

from graphql import (
    DEFAULT_DEPRECATION_REASON,
    StringValueNode,
    introspection_types,
    parse_value,
    print_ast,
    specified_directives,
    specified_scalar_types,
)
from graphql.language.block_string import is_printable_as_block_string

from backchannel.codegen.schemas.model import (
    Directive,
    EnumValue,
    Field,
    InputValue,
    Reference,
    Schema,
    Type,
)


class _Named(Protocol):
    @property
    def name(self) -> str: ...


class _Described(Protocol):
    @property
    def description(self) -> str | None: ...


class _Deprecatable(Protocol):
    @property
    def is_deprecated(self) -> bool: ...
    @property
    def deprecation_reason(self) -> str | None: ...


N = TypeVar("N", bound=_Named)

_STANDARD_DIRECTIVES = frozenset(directive.name for directive in specified_directives)
_STANDARD_TYPES = frozenset({*introspection_types, *specified_scalar_types})


def print_sdl(schema: Schema) -> str:
    """The schema as SDL; what GraphQL itself defines is left out.

    Raises:
        ValueError: a part is absent that its kind needs.
        GraphQLError: a default is no value.
    """
    directives = (each for each in schema.directives if each.name not in _STANDARD_DIRECTIVES)
    types = (each for each in schema.types if each.name not in _STANDARD_TYPES)
    parts = [
        _schema(schema),
        *(_directive(each) for each in _sorted(directives)),
        *(_type(each) for each in _sorted(types)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _schema(schema: Schema) -> str:
    """The definition of the root types, or "" where their names say it."""
    roots = {
        "query": schema.query_type,
        "mutation": schema.mutation_type,
        "subscription": schema.subscription_type,
    }
    names = {each.name for each in schema.types}
    usual = all(
        root.name == kind.title() if root else kind.title() not in names
        for kind, root in roots.items()
    )
    if usual and not schema.description:
        return ""
    lines = [f"{kind}: {root.name}" for kind, root in roots.items() if root]
    return f"{_description(schema)}schema {_block(lines)}"


def _directive(directive: Directive) -> str:
    repeatable = " repeatable" if directive.is_repeatable else ""
    locations = " | ".join(sorted(directive.locations))
    return (
        f"{_description(directive)}directive @{directive.name}{_arguments(directive.args)}"
        f"{repeatable} on {locations}"
    )


def _type(each: Type) -> str:
    described = _description(each)
    match each.kind:
        case "SCALAR":
            url = each.specified_by_url
            return f"{described}scalar {each.name}" + (
                "" if url is None else f" @specifiedBy(url: {_string(url)})"
            )
        case "UNION":
            members = " | ".join(sorted(member.name for member in _present(each.possible_types)))
            return f"{described}union {each.name}" + (f" = {members}" if members else "")
        case "ENUM":
            values = [_enum_value(value) for value in _sorted(_present(each.enum_values))]
            return f"{described}enum {each.name} {_block(values)}"
        case "INPUT_OBJECT":
            fields = [_described_value(field) for field in _sorted(_present(each.input_fields))]
            one_of = " @oneOf" if each.is_one_of else ""
            return f"{described}input {each.name}{one_of} {_block(fields)}"
        case "OBJECT" | "INTERFACE":
            keyword = "type" if each.kind == "OBJECT" else "interface"
            interfaces = " & ".join(sorted(each.name for each in each.interfaces or ()))
            implements = f" implements {interfaces}" if interfaces else ""
            body = _block([_field(field) for field in _sorted(_present(each.fields))])
            return f"{described}{keyword} {each.name}{implements} {body}"


def _field(field: Field) -> str:
    return (
        f"{_description(field)}{field.name}{_arguments(field.args)}: {_reference(field.type)}"
        f"{_deprecation(field)}"
    )


def _enum_value(value: EnumValue) -> str:
    return f"{_description(value)}{value.name}{_deprecation(value)}"


def _arguments(arguments: Sequence[InputValue]) -> str:
    if not arguments:
        return ""
    if any(argument.description for argument in arguments):
        lines = "\n".join(_described_value(argument) for argument in _sorted(arguments))
        return f"(\n{_indented(lines)}\n)"
    return f"({', '.join(_input_value(argument) for argument in _sorted(arguments))})"


def _described_value(value: InputValue) -> str:
    return _description(value) + _input_value(value)


def _input_value(value: InputValue) -> str:
    # Parsed and printed, so that nothing but a value can stand there.
    default = (
        "" if value.default_value is None else f" = {print_ast(parse_value(value.default_value))}"
    )
    return f"{value.name}: {_reference(value.type)}{default}{_deprecation(value)}"


def _reference(reference: Reference) -> str:
    if reference.kind in ("LIST", "NON_NULL"):
        if reference.of_type is None:
            raise ValueError("a type has more lists and non-nulls around it than were asked for")
        inner = _reference(reference.of_type)
        return f"[{inner}]" if reference.kind == "LIST" else f"{inner}!"
    if reference.name is None:
        raise ValueError(f"a reference to a type of kind {reference.kind} lacks the name")
    return reference.name


def _deprecation(each: _Deprecatable) -> str:
    reason = each.deprecation_reason
    if reason is None or reason == DEFAULT_DEPRECATION_REASON:
        return " @deprecated" if each.is_deprecated or reason else ""
    return f" @deprecated(reason: {_string(reason)})"


def _description(each: _Described) -> str:
    """The description on lines of its own, in front of a definition."""
    text = each.description
    if not text:
        return ""
    node = StringValueNode(value=text, block=is_printable_as_block_string(text))
    return f"{print_ast(node)}\n"


def _string(text: str) -> str:
    return print_ast(StringValueNode(value=text))


def _block(items: Sequence[str]) -> str:
    """Definitions between braces, a blank line in front of those with a description."""
    first = items[:1]
    others = (f"\n{item}" if item.startswith('"') else item for item in items[1:])
    return "{\n" + _indented("\n".join([*first, *others])) + "\n}"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.split("\n"))


def _sorted(items: Iterable[N]) -> list[N]:
    return sorted(items, key=attrgetter("name"))


def _present(parts: tuple[N, ...] | None) -> tuple[N, ...]:
    if parts is None:
        raise ValueError("a type lacks the list of what it consists of")
    return parts

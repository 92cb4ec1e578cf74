"""Input types, enums and scalars: what the schema defines for all operations together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from graphql import (
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    is_non_null_type,
)

from backchannel.codegen import names, text
from backchannel.codegen.annotations import modern, without_none
from backchannel.codegen.configuration import ScalarMapping, modules_of
from backchannel.codegen.engine import EngineError
from backchannel.codegen.module import Module
from backchannel.codegen.names import TypeNames
from backchannel.codegen.plugin import Decisions
from backchannel.codegen.results import BUILTIN_SCALARS, MODELS, description, secret_fields
from backchannel.codegen.shapes import innermost, type_of


def leaf_name(
    named: GraphQLNamedType, module: Module, types: TypeNames, package: str, python_name: str
) -> str:
    """The name of an input's or variable's innermost type, imported where it is generated.

    Args:
        named: the type in the schema.
        module: the module that needs it.
        types: the names of the schema's types.
        package: the generated package, relative to the module (`.`, `..`).
        python_name: what ariadne-codegen calls it.
    """
    if named.name in BUILTIN_SCALARS:
        return python_name
    name = types.classes[named.name]
    if isinstance(named, GraphQLEnumType):
        home = types.enum_home(named.name)
    elif isinstance(named, GraphQLInputObjectType):
        home = types.input_home(named.name)
    else:
        home = "scalars"
    module.use(f"{package}{home}", name)
    return name


def reachable(schema: GraphQLSchema, used: Iterable[str]) -> list[GraphQLNamedType]:
    """The types that variables need, those inside of inputs included, sorted by name."""
    found: dict[str, GraphQLNamedType] = {}
    pending = list(used)
    while pending:
        named = schema.type_map[pending.pop()]
        if named.name in found:
            continue
        found[named.name] = named
        if isinstance(named, GraphQLInputObjectType):
            pending += [innermost(field).name for field in named.fields.values()]
    return [found[name] for name in sorted(found)]


def input_module(
    definition: GraphQLInputObjectType,
    decisions: Decisions,
    mappings: Mapping[str, ScalarMapping],
    types: TypeNames,
    secrets: frozenset[str],
) -> str:
    """The module of an input type: each has its own, so that only inputs in use are loaded.

    Args:
        definition: the type.
        decisions: the types of its fields.
        mappings: of custom scalars.
        types: the names of the schema's types.
        secrets: the coordinates of secret fields.
    """
    module = Module(f"The input type {definition.name}.")
    module.add(_input_class(module, definition, decisions, mappings, types, secrets))
    others = {
        types.modules[named.name]: types.classes[named.name]
        for field in definition.fields.values()
        if isinstance(named := innermost(field), GraphQLInputObjectType) and named is not definition
    }
    if others:
        lines = [f"from .{home} import {others[home]}\n" for home in sorted(others)]
        module.add("".join(["# After the class: inputs may hold each other.\n", *lines]))
    return module.render()


def _input_class(
    module: Module,
    definition: GraphQLInputObjectType,
    decisions: Decisions,
    mappings: Mapping[str, ScalarMapping],
    types: TypeNames,
    secrets: frozenset[str],
) -> str:
    try:
        annotations = decisions.inputs[definition.name]
    except KeyError:
        raise EngineError(f"ariadne-codegen decided no types for {definition.name}") from None
    one_of = is_one_of(definition)
    attributes = names.scope(definition.fields, names.ONE_OF_FIELDS if one_of else names.FIELDS)
    fields: list[str] = []
    given: dict[str, str] = {}
    markers: list[str] = []
    for name, field in definition.fields.items():
        named = innermost(field)
        rename = partial(leaf_name, named, module, types, "..")
        if isinstance(named, GraphQLInputObjectType):
            rename = partial(_class_of, named, types)
        decided = without_none(annotations[name]) if one_of else annotations[name]
        annotation = modern(decided, rename)
        given[attributes[name]] = annotation
        fields.append(_input_field(module, name, attributes[name], annotation, field))
        if mappings.get(named.name) and mappings[named.name].parse:
            marker = types.markers[named.name]
            module.use("..scalars", marker)
            markers.append(f'"{attributes[name]}": {marker}')
    hidden = sorted(
        attributes[name] for name in definition.fields if f"{definition.name}.{name}" in secrets
    )
    bases = ["SecretInput"] if hidden else []
    bases += ["OneOfInput"] if one_of else []
    module.use(MODELS, *bases or ["Input"])
    if hidden:
        module.use("typing", "ClassVar")
        fields.insert(0, secret_fields(hidden))
    if markers:
        module.use("collections.abc", "Mapping")
        module.use("typing", "ClassVar")
        module.use(MODELS, "Scalar")
        joined = ", ".join(markers)
        fields.insert(0, f"scalar_fields: ClassVar[Mapping[str, type[Scalar]]] = {{{joined}}}")
    said = text.clean(definition.description)
    described = [
        (attributes[name], description(field))
        for name, field in definition.fields.items()
        if description(field)
    ]
    doc = text.paragraphs(
        text.summarized(said, text.WIDTH - 4) or f"The input type {definition.name}.",
        "Exactly one field is given." if one_of else "",
        text.section("Attributes", described, text.WIDTH - 4),
    )
    if one_of:
        fields += _constructors(module, given)
    body = "\n".join(f"    {line}" for line in [text.docstring(doc, 4), *fields])
    name, base = types.classes[definition.name], ", ".join(bases or ["Input"])
    return f"class {name}({base}, kw_only=True):\n{body}\n"


def is_one_of(definition: GraphQLInputObjectType) -> bool:
    """Whether the type is declared `@oneOf`."""
    return any(
        directive.name.value == "oneOf"
        for node in (definition.ast_node, *definition.extension_ast_nodes)
        if node is not None
        for directive in node.directives
    )


def _constructors(module: Module, given: Mapping[str, str]) -> list[str]:
    """An overload for each field, so that a checker sees that exactly one is given."""
    module.use("typing", "TYPE_CHECKING")
    me = "_self" if "self" in given else "self"
    lines: list[str] = ["if TYPE_CHECKING:"]
    if len(given) > 1:
        module.use("typing", "overload")
        for name, annotation in given.items():
            lines.append("    @overload")
            lines.append(f"    def __init__({me}, *, {name}: {annotation}) -> None: ...")
        every = [f"{name}: {annotation} | Unset = UNSET" for name, annotation in given.items()]
    else:
        every = [f"{name}: {annotation}" for name, annotation in given.items()]
    return [*lines, f"    def __init__({me}, *, {', '.join(every)}) -> None: ..."]


def _class_of(named: GraphQLNamedType, types: TypeNames, _: str) -> str:
    return types.classes[named.name]


def _input_field(
    module: Module, name: str, attribute: str, annotation: str, field: GraphQLInputField
) -> str:
    has_default = field.ast_node is not None and field.ast_node.default_value is not None
    may_be_unset = has_default or not is_non_null_type(type_of(field))
    options = ["default=UNSET"] if may_be_unset else []
    if may_be_unset:
        module.use(MODELS, "UNSET", "Unset")
    if attribute != name:
        module.use_module("msgspec")
        options.append(f'name="{name}"')
    kind = f"{annotation} | Unset" if may_be_unset else annotation
    if not options:
        return f"{attribute}: {kind}"
    value = "UNSET" if options == ["default=UNSET"] else f"msgspec.field({', '.join(options)})"
    return f"{attribute}: {kind} = {value}"


def enum_module(definition: GraphQLEnumType, decisions: Decisions, types: TypeNames) -> str:
    """The module of an enum: each has its own, so that only enums in use are loaded."""
    module = Module(f"The enum {definition.name}.")
    module.use(MODELS, "OpenEnum")
    if definition.name not in decisions.enums:
        raise EngineError(f"ariadne-codegen decided no values for {definition.name}")
    members = names.members(decisions.enums[definition.name])
    described = [
        (members[value], description(definition.values[value]))
        for value in members
        if description(definition.values[value])
    ]
    said = text.clean(definition.description)
    doc = text.paragraphs(
        text.summarized(said, text.WIDTH - 4) or f"The enum {definition.name}.",
        text.section("Attributes", described, text.WIDTH - 4),
    )
    lines = [text.docstring(doc, 4)]
    lines += [f'{name} = "{value}"' for value, name in members.items()]
    body = "\n".join(f"    {line}" for line in lines)
    module.add(f"class {types.classes[definition.name]}(OpenEnum):\n{body}\n")
    return module.render()


def scalars_module(mappings: Mapping[str, ScalarMapping], types: TypeNames) -> str:
    """The module of the custom scalars.

    A scalar with a parser is two things: its Python type to a type checker, and at run time a
    marker by which msgspec finds the parser.
    """
    module = Module("Custom scalars: their Python types, and how they are read and written.")
    for name, mapping in sorted(mappings.items()):
        alias = types.classes[name]
        for expression in (mapping.type, mapping.parse, mapping.serialize):
            for needed in modules_of(expression or "None") or ():
                module.use_module(needed)
        module.use("typing", "TypeAlias")
        if mapping.parse is None:
            module.add(f"{alias}: TypeAlias = {mapping.type}\n")
            continue
        module.use("typing", "TYPE_CHECKING")
        module.use(MODELS, "scalar")
        marker = types.markers[name]
        module.add(
            f'{marker} = scalar("{name}", {mapping.parse}, {mapping.serialize})\n'
            "if TYPE_CHECKING:\n"
            f"    {alias}: TypeAlias = {mapping.type}\n"
            "else:\n"
            f"    {alias} = {marker}\n"
        )
    return module.render()

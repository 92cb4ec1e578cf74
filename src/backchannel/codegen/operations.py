"""Modules of operations: result classes, the constant, and the typed function."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from graphql import (
    GraphQLNamedType,
    GraphQLSchema,
    NonNullTypeNode,
    OperationDefinitionNode,
    TokenKind,
    print_ast,
)

from backchannel.codegen import names, text
from backchannel.codegen.annotations import modern, with_nullable_items
from backchannel.codegen.configuration import ScalarMapping
from backchannel.codegen.engine import EngineError
from backchannel.codegen.inputs import leaf_name
from backchannel.codegen.made import MadeField
from backchannel.codegen.module import Module
from backchannel.codegen.names import TypeNames
from backchannel.codegen.owners import Owner
from backchannel.codegen.pages import Connections, PagesFunction
from backchannel.codegen.parameters import Parameter, signature, values
from backchannel.codegen.plugin import Decisions
from backchannel.codegen.results import (
    MODELS,
    ResultClasses,
    attribute_name,
    deprecation_mark,
    description,
)
from backchannel.codegen.selection import Selection, Selector
from backchannel.codegen.uses import Use, named_type


@dataclass(frozen=True)
class OperationPlan:
    """An operation with its names and everything that is known of it before types are.

    Attributes:
        definition: the user's own.
        name: its name in GraphQL.
        token: its name in the normalized documents.
        variable_tokens: those of its variables.
        function: the name of the function and of its module.
        root_name: that of the class of the whole result.
        selection: what it selects.
        uses: what its variables stand for.
        coordinates: the parts of the schema it uses, sorted.
        fragments: the fragments it spreads, directly or through others.
        document: what goes on the wire.
    """

    definition: OperationDefinitionNode
    name: str
    token: str
    variable_tokens: tuple[str, ...]
    function: str
    root_name: str
    selection: Selection
    uses: Sequence[Use]
    coordinates: tuple[str, ...]
    fragments: tuple[str, ...]
    document: str

    @property
    def owner(self) -> Owner:
        """The operation as the owner of result classes."""
        prefix = names.pascal_case(self.name)
        return Owner(self.name, prefix, self.token, self.root_name, is_operation=True)

    @property
    def constant(self) -> str:
        """The name of the constant."""
        return names.constant_name(self.function)

    @property
    def kind(self) -> str:
        """`query`, `mutation` or `subscription`."""
        return self.definition.operation.value


class OperationModule:
    """Writes the module of one operation.

    Args:
        plan: the operation.
        schema: the schema.
        selector: resolves fragments.
        decisions: the types.
        types: the names of the schema's types.
        scalars: mappings of the custom scalars in use.
        max_page_size: the most edges that the server gives at once, if it is known.
    """

    def __init__(
        self,
        plan: OperationPlan,
        schema: GraphQLSchema,
        selector: Selector,
        decisions: Decisions,
        types: TypeNames,
        scalars: Mapping[str, ScalarMapping],
        max_page_size: int | None,
    ) -> None:
        self._max_page_size = max_page_size
        self._plan = plan
        self._schema = schema
        self._selector = selector
        self._decisions = decisions
        self._types = types
        self._scalars = scalars
        self._module = Module(f"The {plan.kind} {plan.name}.")

    def render(self, results: ResultClasses) -> str:
        """The code of the module.

        Args:
            results: writes the result classes into `module`.
        """
        plan = self._plan
        results.write(plan.selection)
        fields = list(plan.selection.fields.values())
        attributes = self._selector.python_names(plan.selection)
        root = attribute_name(fields[0].key, attributes)
        unwrapped = len(fields) == 1
        returned = results.field_type(fields[0]) if unwrapped else plan.owner.root_name
        parameters = self._parameters()
        self._module.use("backchannel.graphql.operation", "Operation")
        self._module.add(self._constant(returned, root if unwrapped else None, parameters))
        if plan.kind == "subscription":
            self._module.add(self._subscription(returned, parameters))
        else:
            self._module.add(self._function(returned, parameters))
            self._add_pages(results, parameters, unwrapped=unwrapped)
        return self._module.render()

    def result(self, results: ResultClasses) -> MadeField | None:
        """The only root field, which the function gives; None if it gives the whole result."""
        fields = list(self._plan.selection.fields.values())
        return results.result_of(fields[0]) if len(fields) == 1 else None

    @property
    def module(self) -> Module:
        """The module that is written."""
        return self._module

    def _parameters(self) -> list[Parameter]:
        definitions = self._plan.definition.variable_definitions
        chosen = names.scope((each.variable.name.value for each in definitions), names.PARAMETERS)
        parameters: list[Parameter] = []
        for definition, token in zip(definitions, self._plan.variable_tokens, strict=True):
            if token not in self._decisions.arguments:
                raise EngineError(f"ariadne-codegen decided no type for a variable ({token})")
            named = self._schema.type_map[named_type(definition.type)]
            decided = with_nullable_items(self._decisions.arguments[token], definition.type)
            annotation = modern(decided, partial(self._leaf, named))
            required = isinstance(definition.type, NonNullTypeNode)
            may_be_unset = not required or definition.default_value is not None
            if may_be_unset:
                self._module.use(MODELS, "UNSET", "Unset")
            if required and may_be_unset:
                annotation += " | Unset"
            wire_name = definition.variable.name.value
            parameters.append(
                Parameter(definition, wire_name, chosen[wire_name], annotation, named, may_be_unset)
            )
        return parameters

    def _leaf(self, named: GraphQLNamedType, given: str) -> str:
        if given == "UnsetType":
            return "Unset"
        return leaf_name(named, self._module, self._types, "..", given)

    def _constant(self, returned: str, root: str | None, parameters: list[Parameter]) -> str:
        plan = self._plan
        selected = dict.fromkeys(field.name for field in plan.selection.fields.values())
        fields = ", ".join(f'"{name}"' for name in selected)
        variables = "".join(f'"{each.wire_name}": {self._variable(each)},\n' for each in parameters)
        return (
            f"{plan.constant}: Operation[{returned}] = Operation(\n"
            f'    name="{plan.name}",\n'
            f'    kind="{plan.kind}",\n'
            f"    document={text.block(plan.document)},\n"
            f"    result={plan.owner.root_name},\n"
            f"    root={f'{chr(34)}{root}{chr(34)}' if root else None},\n"
            f"    fields=({fields},),\n"
            f"    variables={{{variables}}},\n"
            ")\n"
        )

    def _variable(self, parameter: Parameter) -> str:
        self._module.use("backchannel.graphql.operation", "Variable")
        options = [f'declared="{print_ast(parameter.variable.type)}"']
        mapping = self._scalars.get(parameter.named.name)
        if mapping is not None and mapping.parse is not None:
            marker = self._types.markers[parameter.named.name]
            self._module.use("..scalars", marker)
            options.append(f"scalar={marker}")
        uses = [use.coordinate for use in self._plan.uses if use.variable == parameter.wire_name]
        if uses:
            options.append("uses=({},)".format(", ".join(f'"{use}"' for use in uses)))
        if parameter.variable.default_value is not None:
            options.append("has_default=True")
        return f"Variable({', '.join(options)})"

    def _function(self, returned: str, parameters: list[Parameter]) -> str:
        self._module.use_for_typing("collections.abc", "Coroutine")
        awaitable = f"Coroutine[object, object, {returned}]"
        return self._overloaded("execute", parameters, returned, awaitable)

    def _subscription(self, returned: str, parameters: list[Parameter]) -> str:
        self._module.use_for_typing("backchannel.graphql.blocking", "BlockingSubscription")
        self._module.use_for_typing("backchannel.graphql.subscription", "Subscription")
        blocking, later = f"BlockingSubscription[{returned}]", f"Subscription[{returned}]"
        return self._overloaded("subscribe", parameters, blocking, later)

    def _overloaded(
        self, method: str, parameters: list[Parameter], blocking: str, asynchronous: str
    ) -> str:
        self._module.use("typing", "overload")
        self._module.use_for_typing(
            "backchannel.graphql.client", "AsyncGraphQLClient", "GraphQLClient"
        )
        sync = self._signature("GraphQLClient", parameters, blocking)
        later = self._signature("AsyncGraphQLClient", parameters, asynchronous)
        either = self._signature(
            "GraphQLClient | AsyncGraphQLClient", parameters, f"{blocking} | {asynchronous}"
        )
        body = self._body(method, parameters)
        # Only overloads are marked: so calls are struck through, not imports in this package.
        mark = f"@overload\n{self._deprecation()}"
        return f"{mark}{sync} ...\n{mark}{later} ...\n{either}\n{body}"

    def _add_pages(
        self, results: ResultClasses, parameters: list[Parameter], *, unwrapped: bool
    ) -> None:
        plan = self._plan
        connections = Connections(self._selector, results.fragments)
        connection = connections.of(plan.definition, plan.selection)
        if connection is None or plan.kind != "query":
            return
        page = results.name_of(connection.selection, connection.fragment)
        results.exported.append(names.pages_name(plan.function))
        function = PagesFunction(
            self._module, plan.function, plan.constant, connection, page, self._max_page_size
        )
        path = connection.path[1:] if unwrapped else connection.path
        self._module.add(function.constant(path))
        self._module.add(function.code(parameters, plan.uses, self._deprecation()))

    def _deprecation(self) -> str:
        """The mark of the function of an operation all of whose root fields are deprecated."""
        fields = self._plan.selection.fields.values()
        reasons = [each.definition.deprecation_reason for each in fields]
        if None in reasons:
            return ""
        return deprecation_mark(self._module, " ".join(dict.fromkeys(filter(None, reasons))))

    def _signature(self, client: str, parameters: list[Parameter], returned: str) -> str:
        return signature(self._plan.function, client, [each.code for each in parameters], returned)

    def _body(self, method: str, parameters: list[Parameter]) -> str:
        doc = text.docstring(self._docstring(parameters), 4)
        constant = self._plan.constant
        return f"    {doc}\n    return client.{method}({constant}, {values(parameters)})\n"

    def _docstring(self, parameters: list[Parameter]) -> str:
        width = text.WIDTH - 4
        plan = self._plan
        fields = list(plan.selection.fields.values())
        said = _comment(plan.definition) or (
            description(fields[0].definition) if len(fields) == 1 else ""
        )
        subscribes = plan.kind == "subscription"
        client = "The client; with an asynchronous one the result is awaitable."
        if subscribes:
            client = "The client; with an asynchronous one so is the iterator."
        described = [("client", client)]
        described += [(each.name, each.described(plan.uses)) for each in parameters]
        returned = description(fields[0].definition) if len(fields) == 1 else "The whole result."
        if subscribes:
            returned = "An iterator and context manager: each item is one event." + (
                f" {returned}" if returned and returned != said else ""
            )
        source = ", ".join(dict.fromkeys(field.coordinate for field in fields))
        return text.paragraphs(
            text.summarized(said, width) or f"Execute the {plan.kind} {plan.name}.",
            text.section("Args", described, width),
            _returns(returned if returned != said else "", width),
            "Raises:\n    backchannel.errors.BackchannelError: one of its kinds.",
            text.wrapped(f"Source: {source}.", width),
        )


def _returns(description: str, width: int) -> str:
    if not description:
        return ""
    return "Returns:\n" + textwrap.indent(text.wrapped(description, width - 4), "    ")


def _comment(definition: OperationDefinitionNode) -> str:
    """The comment above an operation: the lines right before it."""
    if definition.loc is None:
        return ""
    token = definition.loc.start_token
    lines: list[str] = []
    line = token.line
    before = token.prev
    while before is not None and before.kind is TokenKind.COMMENT and before.line == line - 1:
        lines.insert(0, (before.value or "").removeprefix(" "))
        line = before.line
        before = before.prev
    return text.clean("\n".join(lines))

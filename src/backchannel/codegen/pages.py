"""Connections: which operations read one page by page, and the functions that read all pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from graphql import (
    GraphQLObjectType,
    OperationDefinitionNode,
    VariableNode,
    print_ast,
)

from backchannel.codegen import names, text
from backchannel.codegen.module import Module
from backchannel.codegen.owners import Fragment
from backchannel.codegen.parameters import Parameter, signature, values
from backchannel.codegen.results import attribute_name
from backchannel.codegen.selection import Field, Selection, Selector
from backchannel.codegen.shapes import field_of, innermost, is_list
from backchannel.codegen.uses import Use

PAGE_SIZE = 100
"""Edges of a page unless an application says another number."""

FORWARDS = ("first", "after")
BACKWARDS = ("last", "before")
SIZES = frozenset({"Int", "Int!"})
"""Types of variables for the number of edges; a default would count when it is left out."""
ABSENT = frozenset({"Int", "ID", "String"})
"""Types of variables that may be left out."""


@dataclass(frozen=True)
class Way:
    """One way through a connection: what `backchannel.graphql.pages.Direction` is made of."""

    size: str
    cursor: str
    has_more: tuple[str, ...]
    next_cursor: tuple[str, ...]

    @property
    def code(self) -> str:
        """The expression that makes the Direction."""
        return f"Direction({self.size!r}, {self.cursor!r}, {self.has_more!r}, {self.next_cursor!r})"


@dataclass(frozen=True)
class Connection:
    """The connection of an operation.

    Attributes:
        path: the attributes from the result to it.
        field: the field that it is.
        selection: what is selected of it.
        fragment: the fragment in which it is selected, if it is in one.
        forwards: the way from its start, if the operation has the variables and fields for it.
        backwards: the way from its end, if the operation has the variables and fields for it.
        variables: those that say which page is wanted.
    """

    path: tuple[str, ...]
    field: Field
    selection: Selection
    fragment: Fragment | None
    forwards: Way | None
    backwards: Way | None
    variables: frozenset[str]


class Connections:
    """Finds the connections of operations.

    Args:
        selector: resolves fragments.
        fragments: the fragments by their names in GraphQL.
    """

    def __init__(self, selector: Selector, fragments: Mapping[str, Fragment]) -> None:
        self._selector = selector
        self._fragments = fragments

    def of(self, definition: OperationDefinitionNode, root: Selection) -> Connection | None:
        """The only connection of an operation that its variables lead through, or None."""
        types = {
            variable.variable.name.value: print_ast(variable.type)
            for variable in definition.variable_definitions
            if variable.default_value is None
        }
        found = list(self._below(root, (), None, types))
        return found[0] if len(found) == 1 else None

    def _below(
        self, on: Selection, path: tuple[str, ...], home: Fragment | None, types: Mapping[str, str]
    ) -> Iterator[Connection]:
        attributes = self._selector.python_names(on)
        for key, field, fragment in self._fields(on, home):
            below = field.selection
            if below is None or below.other is not None or is_list(field.definition):
                continue
            further = (*path, attribute_name(key, attributes))
            connection = self._connection(field, below, further, fragment, types)
            if connection is not None:
                yield connection
            else:
                yield from self._below(below, further, fragment, types)

    def _fields(
        self, on: Selection, home: Fragment | None
    ) -> Iterator[tuple[str, Field, Fragment | None]]:
        """The fields of a selection, each with the fragment whose class holds it."""
        if on.fragment is not None:
            fragment = self._fragments[on.fragment]
            yield from self._fields(fragment.selection, fragment)
        for key, field in on.fields.items():
            yield key, field, home

    def _connection(
        self,
        field: Field,
        selection: Selection,
        path: tuple[str, ...],
        home: Fragment | None,
        types: Mapping[str, str],
    ) -> Connection | None:
        if not _is_connection(selection):
            return None
        given = {
            argument.name.value: argument.value.name.value
            for argument in field.node.arguments
            if isinstance(argument.value, VariableNode)
        }
        info = self._page_info(selection)
        ways = [
            self._way(given, types, info, arguments, others, fields)
            for arguments, others, fields in (
                (FORWARDS, BACKWARDS, ("hasNextPage", "endCursor")),
                (BACKWARDS, FORWARDS, ("hasPreviousPage", "startCursor")),
            )
        ]
        forwards, backwards = ways
        if forwards is None and backwards is None:
            return None
        variables = frozenset(given[name] for name in (*FORWARDS, *BACKWARDS) if name in given)
        return Connection(path, field, selection, home, forwards, backwards, variables)

    @staticmethod
    def _way(
        given: Mapping[str, str],
        types: Mapping[str, str],
        info: Mapping[str, tuple[str, ...]],
        arguments: tuple[str, str],
        others: tuple[str, str],
        fields: tuple[str, str],
    ) -> Way | None:
        if not (set(arguments) <= given.keys() and set(fields) <= info.keys()):
            return None
        size, cursor = (given[argument] for argument in arguments)
        # At the start there is no cursor yet, and what leads the other way must be left out.
        absent = [cursor, *(given[other] for other in others if other in given)]
        if types.get(size) in SIZES and all(types.get(each) in ABSENT for each in absent):
            has_more, following = fields
            return Way(size, cursor, info[has_more], info[following])
        return None

    def _page_info(self, selection: Selection) -> dict[str, tuple[str, ...]]:
        """The attributes from a connection to the fields of its `pageInfo`, by their names."""
        found: dict[str, tuple[str, ...]] = {}
        outer = self._selector.python_names(selection)
        for key, field in self._selector.all_fields(selection).items():
            if field.name == "pageInfo" and field.selection is not None:
                inner = self._selector.python_names(field.selection)
                for below, each in self._selector.all_fields(field.selection).items():
                    found.setdefault(each.name, (outer[key], inner[below]))
        return found


def _is_connection(selection: Selection) -> bool:
    """Whether the type is a connection by Relay's rules, as far as pages need them."""
    on = selection.type
    info = field_of(on, "pageInfo")
    return (
        isinstance(on, GraphQLObjectType)
        and on.name.endswith("Connection")
        and info is not None
        and innermost(info).name == "PageInfo"
    )


class PagesFunction:
    """Writes the function that reads all pages.

    Args:
        module: where to.
        function: the name of the function of one page.
        operation: the name of the operation's constant.
        connection: what is read.
        page: the class of a page.
        max_page_size: the most edges that the server gives at once, if it is known.
    """

    def __init__(
        self,
        module: Module,
        function: str,
        operation: str,
        connection: Connection,
        page: str,
        max_page_size: int | None,
    ) -> None:
        self._module = module
        self._function = function
        self._operation = operation
        self._connection = connection
        self._page = page
        self._max_page_size = max_page_size

    def constant(self, path: tuple[str, ...]) -> str:
        """The constant with which the function reads.

        Args:
            path: the attributes from what the operation gives to the connection.
        """
        self._module.use("backchannel.graphql.pages", "Direction", "Pages")
        ways = {"forwards": self._connection.forwards, "backwards": self._connection.backwards}
        options = [f"{name}={way.code if way else None}" for name, way in ways.items()]
        options.append(f"max_page_size={self._max_page_size}")
        return (
            f"_PAGES: Pages[{self._page}] = Pages({self._operation}, path={path!r},"
            f" {', '.join(options)})\n"
        )

    def code(self, parameters: Sequence[Parameter], uses: Sequence[Use], mark: str) -> str:
        """The function.

        Args:
            parameters: those of the function of one page.
            uses: what the variables stand for.
            mark: the lines that mark it as deprecated, if it is.
        """
        self._module.use_for_typing("collections.abc", "AsyncIterator", "Iterator")
        kept = [each for each in parameters if each.wire_name not in self._connection.variables]
        chosen = names.scope((each.wire_name for each in kept), names.PAGES_PARAMETERS)
        kept = [replace(each, name=chosen[each.wire_name]) for each in kept]
        size = min(PAGE_SIZE, self._max_page_size or PAGE_SIZE)
        listed = [each.code for each in kept]
        listed += [f"page_size: int = {size}", "cursor: str | None = None"]
        backwards = str(self._connection.forwards is None)
        if self._has_choice:
            listed.append("backwards: bool = False")
            backwards = "backwards"
        sync, later = f"Iterator[{self._page}]", f"AsyncIterator[{self._page}]"
        name = names.pages_name(self._function)
        heads = [
            signature(name, "GraphQLClient", listed, sync),
            signature(name, "AsyncGraphQLClient", listed, later),
            signature(name, "GraphQLClient | AsyncGraphQLClient", listed, f"{sync} | {later}"),
        ]
        doc = text.docstring(self._docstring(kept, uses), 4)
        return (
            f"@overload\n{mark}{heads[0]} ...\n@overload\n{mark}{heads[1]} ...\n{heads[2]}\n"
            f"    {doc}\n"
            f"    pages = _PAGES.read(client.endpoint, {values(kept)}, page_size=page_size,"
            f" cursor=cursor, backwards={backwards})\n"
            "    return client.driver.iterate(pages)\n"
        )

    @property
    def _has_choice(self) -> bool:
        return self._connection.forwards is not None and self._connection.backwards is not None

    def _docstring(self, kept: Sequence[Parameter], uses: Sequence[Use]) -> str:
        width = text.WIDTH - 4
        most = "at least 1" if self._max_page_size is None else f"1 to {self._max_page_size}"
        described = [("client", "The client; with an asynchronous one so is the iterator.")]
        described += [(each.name, each.described(uses)) for each in kept]
        described.append(("page_size", f"Edges of a page, {most}."))
        if self._has_choice:
            described += [
                ("cursor", "Go on behind this cursor; backwards, in front of it."),
                ("backwards", "Begin with the last page. Inside of a page the order stays."),
            ]
        elif self._connection.forwards is not None:
            described.append(("cursor", "Go on behind this cursor."))
        else:
            described.append(("cursor", "Go on in front of this cursor; without it, at the end."))
        coordinate = self._connection.field.coordinate
        return text.paragraphs(
            f"Read {coordinate} page by page; see {self._function}.",
            "A page is asked for when the iteration comes to it.",
            text.section("Args", described, width),
            "Raises:\n"
            "    backchannel.errors.InvalidInput: at once, if there can be no such page_size.\n"
            "    backchannel.errors.BackchannelError: in the iteration, one of its kinds.",
            text.wrapped(f"Source: {coordinate}.", width),
        )

"""One document in, one reply out, whatever it came over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graphql import (
    ExecutionResult,
    GraphQLError,
    OperationType,
    execute,  # pyright: ignore[reportUnknownVariableType]  # middleware, unused, is untyped
)

from backchannel.local.glimesh.absinthe.operations import Operations, complexity_problems
from backchannel.local.glimesh.absinthe.problem import Problem
from backchannel.local.glimesh.absinthe.spelling import respell
from backchannel.local.glimesh.absinthe.syntax import DocumentSyntaxError, parse_document
from backchannel.local.glimesh.absinthe.validation import validate
from backchannel.local.glimesh.context import Crash, RefusedError
from backchannel.local.glimesh.schema import attribute, executable_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graphql import DocumentNode, FragmentDefinitionNode, OperationDefinitionNode

    from backchannel.local.glimesh.context import Context

Reply = dict[str, object]


@dataclass(frozen=True, slots=True)
class Query:
    """What a client asks: a document, its variables, and which operation of it."""

    document: str
    variables: Mapping[str, object] = field(default_factory=dict[str, object])
    operation_name: str | None = None


@dataclass(frozen=True, slots=True)
class Transport:
    """What the way a document came by allows. The socket has no limit of complexity."""

    mutations: bool = True
    subscriptions: bool = False
    maximum_complexity: int | None = 500


class TransportError(Exception):
    """The operation may not run over this transport."""


class InvalidError(Exception):
    """The document says what cannot be done; `reply` tells it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__()
        self.reply = _errors(problems)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation that may run: read, checked, and in the schema's own spelling."""

    document: DocumentNode
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: dict[str, object]
    operation_name: str | None


def run(query: Query, context: Context, transport: Transport) -> Reply:
    """The reply to a query or mutation: `data`, `errors`, or both.

    Raises TransportError, and Crash where the real server ends the request.
    """
    try:
        return perform(prepare(query, transport, context.uploads), context)
    except DocumentSyntaxError as error:
        return _errors([error.problem])
    except InvalidError as error:
        return error.reply


def prepare(query: Query, transport: Transport, uploads: frozenset[str] = frozenset()) -> Prepared:
    """The operation a client means. Raises DocumentSyntaxError, InvalidError, TransportError."""
    document = parse_document(query.document)
    operations = Operations(document, query.operation_name)
    if operations.current is not None:
        _check_transport(operations.current, transport)
    schema = executable_schema()
    problems = validate(schema, operations, query.variables, uploads)
    if problems or operations.current is None:
        raise InvalidError(problems)
    if transport.maximum_complexity is not None:
        problems = complexity_problems(operations, operations.current, transport.maximum_complexity)
        if problems:
            raise InvalidError(problems)
    variables = respell(schema, operations, query.variables)
    return Prepared(
        document, operations.current, operations.fragments, variables, query.operation_name
    )


def perform(prepared: Prepared, context: Context, root: object = None) -> Reply:
    """The reply to an operation; `root` is what a subscription's field gives."""
    result = execute(
        executable_schema(),
        prepared.document,
        root,
        context,
        prepared.variables,
        prepared.operation_name,
        attribute,
        is_awaitable=_never,
    )
    if not isinstance(result, ExecutionResult):
        raise TypeError("a resolver is asynchronous")
    return _reply(result)


def _never(_: object) -> bool:
    """No resolver is asynchronous, so nothing needs to be looked at."""
    return False


def _check_transport(operation: OperationDefinitionNode, transport: Transport) -> None:
    if operation.operation is OperationType.SUBSCRIPTION and not transport.subscriptions:
        raise TransportError(
            "Subscriptions cannot be run over HTTP. Please configure a websocket connection"
        )
    if operation.operation is OperationType.MUTATION and not transport.mutations:
        raise TransportError("Can only perform a mutation from a POST request")


def _reply(result: ExecutionResult) -> Reply:
    reply: Reply = {"data": result.data}
    if result.errors:
        # The server lists what went wrong later in the document first.
        problems = [problem for error in reversed(result.errors) for problem in _problems(error)]
        reply |= _errors(problems)
    return reply


def _errors(problems: Iterable[Problem]) -> Reply:
    return {"errors": [problem.as_json() for problem in problems]}


def _problems(error: GraphQLError) -> list[Problem]:
    cause = error.original_error
    places, path = tuple(error.locations or ()), tuple(error.path or ())
    if isinstance(cause, RefusedError):
        return [Problem(message, places, path) for message in cause.messages]
    if isinstance(cause, TypeError) and "non-nullable" in str(cause):
        return [Problem("Cannot return null for non-nullable field", places, path)]
    if cause is not None:
        raise cause
    # graphql-core found an argument missing that the server's rules let pass: a resolver
    # there has no clause for it.
    raise Crash(500)

"""An operation as a constant: its document, and how its variables and result are written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import msgspec

from backchannel.errors import InvalidInput
from backchannel.graphql.models import UNSET, to_wire
from backchannel.graphql.opening import convert_open
from backchannel.graphql.reply import Kind, decode_body, decode_data, decoder_for, read_reply

if TYPE_CHECKING:
    from gql import GraphQLRequest

    from backchannel.graphql.models import Result, Scalar
    from backchannel.wire.messages import Request, Response

T_co = TypeVar("T_co", covariant=True)


class Variable(msgspec.Struct, frozen=True):
    """A variable of an operation.

    Attributes:
        declared: its type in GraphQL's notation (`ChatMessageInput!`).
        scalar: the custom scalar it is, or holds in lists, if any.
        uses: schema coordinates of the input fields and arguments it stands for
            (`RootMutationType.createChatMessage(message:)`, `ChatMessageInput.message`).
        has_default: whether the document has a value for it, where none is given.
    """

    declared: str
    scalar: type[Scalar] | None = None
    uses: tuple[str, ...] = ()
    has_default: bool = False

    @property
    def named_type(self) -> str:
        """The type without list brackets and exclamation marks."""
        return self.declared.strip("[]!")


class Operation(Generic[T_co]):
    """A compiled operation. It does no I/O; a client executes it.

    An application with means of its own sends what `encode` gives, or runs what `to_gql` gives in
    a gql session, and reads the answer with `decode` or `convert`.

    Args:
        name: the operation's name in the document.
        kind: `query`, `mutation` or `subscription`.
        document: what goes on the wire. It was validated when it was compiled.
        result: the type of the reply's `data`.
        root: the attribute of `result` that callers get, where the operation has a single root
            field; None where they get the whole `result`.
        fields: the schema's names of the root fields.
        variables: the variables by their names in the document.
    """

    def __init__(
        self,
        *,
        name: str,
        kind: Kind,
        document: str,
        result: type[Result],
        root: str | None,
        fields: tuple[str, ...],
        variables: Mapping[str, Variable],
    ) -> None:
        self.name = name
        self.kind: Kind = kind
        self.document = document
        self.result = result
        self.root = root
        self.fields = fields
        self.variables = variables

    def __repr__(self) -> str:
        return f"Operation({self.kind} {self.name})"

    def wire_variables(self, variables: Mapping[str, object]) -> dict[str, object]:
        """The variables as plain JSON values; those that are UNSET are left out.

        Args:
            variables: values by the variables' names in the document.

        Raises:
            InvalidInput: the operation has no such variable, or a scalar cannot write the value.
        """
        values: dict[str, object] = {}
        for name, value in variables.items():
            if value is UNSET:
                continue
            if name not in self.variables:
                known = ", ".join(self.variables) or "none"
                raise InvalidInput(
                    name, limit=f"the variables of {self.name} are {known}", given=name
                )
            try:
                values[name] = to_wire(value, self.variables[name].scalar)
            except (ValueError, ArithmeticError) as error:
                raise InvalidInput(
                    name, limit=self.variables[name].declared, given=str(error)
                ) from None
        return values

    def encode(self, variables: Mapping[str, object] = {}) -> bytes:
        """The body of a request: JSON, to be sent by POST as `application/json`.

        Args:
            variables: values by the variables' names in the document: Python values, such as
                functions take. One that is UNSET or missing is left out.

        Raises:
            InvalidInput: the operation has no such variable, a scalar cannot write the value, or
                a text holds half a surrogate pair, which no encoding can carry.
        """
        return self.encode_wire(self.wire_variables(variables))

    def encode_wire(self, values: Mapping[str, object]) -> bytes:
        """The body of a request of variables that `wire_variables` gave.

        Raises:
            InvalidInput: a text holds half a surrogate pair, which no encoding can carry.
        """
        try:
            encoded = msgspec.json.encode(values)
        except UnicodeEncodeError as error:
            raise InvalidInput(
                self.name,
                limit="texts must hold no lone surrogate",
                given=f"U+{ord(error.object[error.start]):04X}",
            ) from None
        return b"".join((self._head, encoded, b"}")) if values else self._head_without_variables

    def to_gql(self, variables: Mapping[str, object] = {}) -> GraphQLRequest:
        """The request for a gql session: `session.execute(operation.to_gql(variables))`.

        Args:
            variables: as of `encode`.

        Raises:
            InvalidInput: the operation has no such variable, or a scalar cannot write the value.
        """
        from gql import GraphQLRequest

        values = cast("dict[str, object]", msgspec.to_builtins(self.wire_variables(variables)))
        return GraphQLRequest(self.document, variable_values=values, operation_name=self.name)

    def decode(self, body: bytes) -> T_co:
        """Decode the body of a reply that came with status 200.

        Raises:
            GraphQLError: it holds `errors`; the partial data is on the error.
            MalformedReply: it is not a GraphQL reply, or its data does not fit the type; the
                message names the path.
        """
        return self._unwrap(decode_body(body, self._decoder, self.kind))

    def decode_data(self, data: bytes | msgspec.Raw) -> T_co:
        """Decode the `data` of a reply without errors, which is JSON.

        Raises:
            MalformedReply: it does not fit the type; the message names the path.
        """
        return self._unwrap(decode_data(data, self._decoder, self.kind))

    def decode_response(self, request: Request, response: Response) -> T_co:
        """Decode a reply, its status included. Errors are those of `read_reply`."""
        data = read_reply(request, response, self._decoder, self.kind)
        return self._unwrap(data)

    def convert(self, data: object) -> T_co:
        """Decode `data` that is parsed already, as gql hands it over.

        Args:
            data: the `data` of a reply without errors, as plain JSON values.

        Raises:
            msgspec.ValidationError: it does not fit the type.
        """
        return self._unwrap(convert_open(data, self.result))

    def _unwrap(self, data: Result) -> T_co:
        return cast("T_co", data if self.root is None else getattr(data, self.root))

    @cached_property
    def sha256(self) -> str:
        """The hash of the document as it is sent, in hexadecimal digits."""
        from hashlib import sha256

        return sha256(self.document.encode()).hexdigest()

    @cached_property
    def _decoder(self) -> msgspec.json.Decoder[Any]:
        return decoder_for(self.result)

    @cached_property
    def _head(self) -> bytes:
        return self._head_without_variables[:-1] + b',"variables":'

    @cached_property
    def _head_without_variables(self) -> bytes:
        return msgspec.json.encode({"query": self.document, "operationName": self.name})

"""Parameters of generated functions: the variables of an operation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphql import GraphQLNamedType, VariableDefinitionNode, print_ast

from backchannel.codegen.results import description
from backchannel.codegen.uses import Use


@dataclass(frozen=True)
class Parameter:
    """A variable as a parameter.

    Attributes:
        variable: its definition.
        wire_name: its name in the document.
        name: its name in Python.
        annotation: its type in Python.
        named: its innermost type in the schema.
        may_be_unset: whether it may be left out.
    """

    variable: VariableDefinitionNode
    wire_name: str
    name: str
    annotation: str
    named: GraphQLNamedType
    may_be_unset: bool

    @property
    def code(self) -> str:
        """The parameter in a signature."""
        return f"{self.name}: {self.annotation}" + (" = UNSET" if self.may_be_unset else "")

    def described(self, uses: Sequence[Use]) -> str:
        """What a docstring says of it: the schema, if that says one thing, and its type."""
        found = dict.fromkeys(
            description(use.definition)
            for use in uses
            if use.variable == self.wire_name and description(use.definition)
        )
        default = self.variable.default_value
        said = next(iter(found), "") if len(found) == 1 else ""
        kind = f"{print_ast(self.variable.type)}"
        if default is not None:
            kind += f", {print_ast(default)} where left out"
        return f"{said} ({kind})" if said else kind


def signature(function: str, client: str, parameters: Sequence[str], returned: str) -> str:
    """The head of a function: the client first, everything else by keyword."""
    arguments = ", ".join([f"client: {client}", *(["*"] if parameters else []), *parameters])
    return f"def {function}({arguments}) -> {returned}:"


def values(parameters: Sequence[Parameter]) -> str:
    """The expression of the variables as they are handed to the client."""
    return "{" + ", ".join(f'"{each.wire_name}": {each.name}' for each in parameters) + "}"

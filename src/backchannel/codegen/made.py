"""What generated result classes are made of, for those who build instances of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backchannel.codegen.selection import Field


@dataclass(frozen=True)
class MadeField:
    """A field of a result class.

    Attributes:
        attribute: its name.
        key: its response key.
        annotation: its type.
        field: what it is in the schema.
        target: the class, or alias of a union, of what is selected below it.
    """

    attribute: str
    key: str
    annotation: str
    field: Field
    target: str | None


@dataclass(frozen=True)
class MadeClass:
    """A result class.

    Attributes:
        base: the class of the fragment that it inherits from.
        fields: its own fields.
        is_other: whether it stands for the types that have no class of their own.
    """

    base: str | None
    fields: Sequence[MadeField]
    is_other: bool = False


@dataclass(frozen=True)
class Made:
    """What the module of an operation or fragment is made of.

    Attributes:
        home: the module, relative to the package (`_operations.chat_messages`).
        classes: its classes by name, those that others refer to first.
        aliases: what the names of unions and of fragments that are others stand for.
        function: the function of an operation.
        result: the field that the function gives; None where it gives the whole.
        whole: the class of the whole result.
    """

    home: str
    classes: Mapping[str, MadeClass]
    aliases: Mapping[str, Sequence[str]]
    function: str | None = None
    result: MadeField | None = None
    whole: str | None = None

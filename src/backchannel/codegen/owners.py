"""Who owns result classes, operations and fragments, and how their classes are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backchannel.codegen import names
from backchannel.codegen.names import TypeNames
from backchannel.codegen.selection import Selection


@dataclass(frozen=True)
class Owner:
    """What owns result classes: an operation or a fragment.

    Attributes:
        title: what docstrings call it.
        prefix: how the names of its classes begin.
        token: its name in the normalized documents.
        root_name: the name of the class of its whole selection.
        is_operation: whether it is an operation.
    """

    title: str
    prefix: str
    token: str
    root_name: str
    is_operation: bool = False


@dataclass(frozen=True)
class Fragment:
    """A fragment with its names.

    Attributes:
        name: its name in GraphQL.
        token: its name in the normalized documents.
        class_name: its class, or the alias of its union.
        module: its module below `_fragments`.
        selection: what it selects.
    """

    name: str
    token: str
    class_name: str
    module: str
    selection: Selection

    @property
    def owner(self) -> Owner:
        """The fragment as the owner of result classes."""
        return Owner(self.name, names.pascal_case(self.name), self.token, self.class_name)


def class_names(owner: Owner, root: Selection, types: TypeNames) -> dict[int, str]:
    """The names of an owner's classes by the ids of their selections."""
    found = [(each, path) for each, path, _ in selections(root) if each is not root]
    wanted = [
        (names.selected(each.type.name, is_other=each.is_other), path) for each, path in found
    ]
    chosen = names.selection_names(wanted, owner.prefix, owner.root_name, types)
    ids = [id(each) for each, _ in found]
    return {id(root): owner.root_name, **dict(zip(ids, chosen, strict=True))}


def selections(
    selection: Selection, path: tuple[str, ...] = (), deprecated: str | None = None
) -> Iterator[tuple[Selection, tuple[str, ...], str | None]]:
    """The selections that need a class, with their paths of response keys and types.

    Third comes the reason why what they are below is deprecated, if it is: types cannot be.
    """
    if selection.is_fragment:
        return
    yield selection, path, deprecated
    for name, member in selection.members.items():
        yield from selections(member, (*path, name), deprecated)
    if selection.other is not None:
        other = names.selected(selection.type.name, is_other=True)
        yield from selections(selection.other, (*path, other), deprecated)
    for key, field in selection.fields.items():
        if field.selection is not None:
            reason = field.definition.deprecation_reason
            below = deprecated if reason is None else reason
            yield from selections(field.selection, (*path, key), below)

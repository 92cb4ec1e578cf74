"""Who owns result classes, operations and fragments, and how their classes are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from backchannel.codegen import names
from backchannel.codegen.diagnostics import CompileError, at_node, place
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


def class_names(owner: Owner, root: Selection) -> dict[int, str]:
    """The names of an owner's classes by the ids of their selections.

    They are named by type, or all of a type by path where it is selected repeatedly.

    Raises:
        CompileError: two would have one name.
    """
    found = [(selection, path) for selection, path, _ in selections(root)]
    short = [
        owner.prefix + names.selected(each.type.name, is_other=each.is_other) for each, _ in found
    ]
    count = Counter([*short, owner.root_name])
    chosen = {
        id(selection): name if count[name] == 1 else owner.prefix + path
        for (selection, path), name in zip(found, short, strict=True)
    }
    chosen[id(root)] = owner.root_name
    first: dict[str, Selection] = {}
    for selection, _ in found:
        name = chosen[id(selection)]
        if first.setdefault(name, selection) is not selection:
            problem = (
                f"this would be the class {name}, as would what is at"
                f" {place(first[name].node)}: give one of the fields an alias"
            )
            raise CompileError([at_node(selection.node, problem)])
    return chosen


def selections(
    selection: Selection, path: str = "", deprecated: str | None = None
) -> Iterator[tuple[Selection, str, str | None]]:
    """The selections that need a class, with their paths in PascalCase.

    Third comes the reason why what they are below is deprecated, if it is: types cannot be.
    """
    if selection.is_fragment:
        return
    yield selection, path, deprecated
    for name, member in selection.members.items():
        yield from selections(member, path + names.pascal_case(name), deprecated)
    if selection.other is not None:
        other = names.selected(selection.type.name, is_other=True)
        yield from selections(selection.other, path + other, deprecated)
    for key, field in selection.fields.items():
        if field.selection is not None:
            reason = field.definition.deprecation_reason
            below = deprecated if reason is None else reason
            yield from selections(field.selection, path + names.pascal_case(key), below)

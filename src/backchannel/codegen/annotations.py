"""Annotations that ariadne-codegen decided, in the notation of the generated code."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import reduce

from graphql import ListTypeNode, NonNullTypeNode, TypeNode

from backchannel.codegen.engine import EngineError


def modern(annotation: ast.expr, rename: Callable[[str], str]) -> str:
    """`Optional[List["X"]]` as `list[x] | None`, where `rename` makes `x` of `X`."""
    return ast.unparse(_modern(annotation, rename))


def named_classes(annotation: ast.expr) -> Iterator[str]:
    """The generated classes that an annotation names, in its order."""
    for node in ast.walk(annotation):
        if isinstance(node, ast.Name) and node.id.startswith('"'):
            yield node.id.strip('"')


def is_optional(annotation: ast.expr) -> bool:
    """Whether the annotation allows None."""
    return _is_generic(annotation, "Optional")


def without_none(annotation: ast.expr) -> ast.expr:
    """The annotation without None, if it allows that at all."""
    return _arguments(annotation)[0] if is_optional(annotation) else annotation


def with_nullable_items(annotation: ast.expr, declared: TypeNode) -> ast.expr:
    """The annotation of a variable, with None among the items of lists where they are nullable.

    ariadne-codegen 0.19 takes the items of a non-null list (`[T]!`) to be non-null too.
    """
    if _is_generic(annotation, "Union"):
        first, *others = _arguments(annotation)
        return _generic("Union", with_nullable_items(first, declared), *others)
    if isinstance(declared, NonNullTypeNode):
        return with_nullable_items(annotation, declared.type)
    if _is_generic(annotation, "Optional"):
        return _generic("Optional", with_nullable_items(_arguments(annotation)[0], declared))
    if isinstance(declared, ListTypeNode):
        item = with_nullable_items(_arguments(annotation)[0], declared.type)
        if not isinstance(declared.type, NonNullTypeNode) and not is_optional(item):
            item = _generic("Optional", item)
        return _generic("list", item)
    return annotation


def _modern(annotation: ast.expr, rename: Callable[[str], str]) -> ast.expr:
    if isinstance(annotation, ast.Name):
        return ast.Name(id=rename(annotation.id.strip('"')))
    if _is_generic(annotation, "Optional"):
        inner = _modern(_arguments(annotation)[0], rename)
        return ast.BinOp(left=inner, op=ast.BitOr(), right=ast.Constant(value=None))
    if _is_generic(annotation, "list"):
        return _generic("list", _modern(_arguments(annotation)[0], rename))
    if _is_generic(annotation, "Annotated"):
        return _modern(_arguments(annotation)[0], rename)
    if _is_generic(annotation, "Union"):
        alternatives = [_modern(each, rename) for each in _arguments(annotation)]
        different = {ast.unparse(each): each for each in alternatives}
        return reduce(
            lambda left, right: ast.BinOp(left=left, op=ast.BitOr(), right=right),
            different.values(),
        )
    if _is_generic(annotation, "Literal"):
        return annotation
    raise EngineError(f"an annotation of a form not known: {ast.unparse(annotation)}")


def _is_generic(annotation: ast.expr, name: str) -> bool:
    return (
        isinstance(annotation, ast.Subscript)
        and isinstance(annotation.value, ast.Name)
        and annotation.value.id == name
    )


def _arguments(annotation: ast.expr) -> list[ast.expr]:
    assert isinstance(annotation, ast.Subscript)
    inner = annotation.slice
    return inner.elts if isinstance(inner, ast.Tuple) else [inner]


def _generic(name: str, *arguments: ast.expr) -> ast.Subscript:
    inner = arguments[0] if len(arguments) == 1 else ast.Tuple(elts=list(arguments))
    return ast.Subscript(value=ast.Name(id=name), slice=inner)

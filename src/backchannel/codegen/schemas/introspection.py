"""Introspection results, and the schemas that they describe."""

from __future__ import annotations

import msgspec
from graphql import GraphQLError, parse, validate_schema
from graphql.validation.validate import validate_sdl

from backchannel.codegen.defaults import build_schema
from backchannel.codegen.diagnostics import CompileError, Diagnostic
from backchannel.codegen.schemas.model import Introspection, Schema
from backchannel.codegen.schemas.sdl import print_sdl
from backchannel.graphql.models import Result


class _Reply(Result, frozen=True):
    data: Introspection


def introspection_sdl(text: str, path: str) -> str:
    """The schema, as SDL, of an introspection result in JSON.

    Args:
        text: the `data` of a reply, or the whole reply around it.
        path: what messages call it.

    Raises:
        CompileError: it is no introspection result, or describes no valid schema.
    """
    try:
        whole = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        if "data" in whole:
            introspection = msgspec.json.decode(text, type=_Reply).data
        else:
            introspection = msgspec.json.decode(text, type=Introspection)
    except (ValueError, RecursionError) as error:
        message = f"not the JSON of an introspection: {error}"
        raise CompileError([Diagnostic(path=path, message=message)]) from None
    return schema_sdl(introspection.schema, path)


def schema_sdl(schema: Schema, path: str) -> str:
    """An introspected schema as SDL, sorted by name; what GraphQL itself defines is left out.

    Args:
        schema: the schema.
        path: what messages call it.

    Raises:
        CompileError: it is not valid.
    """
    try:
        sdl = print_sdl(schema)
        problems = _problems(sdl)
    except GraphQLError as error:
        problems = [error.message]
    except (ValueError, RecursionError) as error:
        problems = [str(error)]
    else:
        if not problems:
            return sdl
    raise CompileError(
        [
            Diagnostic(path=path, message=f"the introspected schema is not valid: {problem}")
            for problem in dict.fromkeys(problems)
        ]
    )


def _problems(sdl: str) -> list[str]:
    document = parse(sdl)
    errors = validate_sdl(document)
    if not errors:
        errors = validate_schema(build_schema(document))
    return [error.message for error in errors]

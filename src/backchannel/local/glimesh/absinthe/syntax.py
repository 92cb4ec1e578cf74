"""Parsing, with Absinthe's words for what does not parse."""

from __future__ import annotations

import json

from graphql import (
    DocumentNode,
    GraphQLSyntaxError,
    Lexer,
    Source,
    SourceLocation,
    Token,
    TokenKind,
    get_location,
    parse,
)

from backchannel.local.glimesh.absinthe.problem import Problem

# Words that Absinthe's grammar has as tokens of their own; its parser shows them bare.
_RESERVED = frozenset(
    {
        *("directive", "enum", "extend", "fragment", "implements", "input", "interface"),
        *("mutation", "null", "on", "ON", "query", "repeatable", "scalar", "schema"),
        *("subscription", "type", "union"),
    }
)
_IGNORED = "\ufeff \t\r\n,&"
_SAMPLE = 10  # characters of the rest that are shown when the lexer stops


class DocumentSyntaxError(Exception):
    """The document does not parse."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def parse_document(text: str) -> DocumentNode:
    """The document, or DocumentSyntaxError; an empty one has no definitions."""
    source = Source(text)
    tokens, rest = _tokens(source)
    if rest is not None:
        sample = text[rest : rest + _SAMPLE]
        raise DocumentSyntaxError(
            Problem(f"Parsing failed at `{sample}`", (get_location(source, rest),))
        )
    if not tokens:
        return DocumentNode(definitions=())
    try:
        return parse(source)
    except GraphQLSyntaxError as error:
        positions = list(error.positions or [len(text)])
        raise DocumentSyntaxError(_unexpected(tokens, positions[0])) from error


def _unexpected(tokens: list[Token], position: int) -> Problem:
    for token in tokens:
        if token.start >= position:
            return Problem(f"syntax error before: {_shown(token)}", (_place(token),))
    # The end of the text is reported where the last token begins.
    return Problem("syntax error before: ", (_place(tokens[-1]),))


def _place(token: Token) -> SourceLocation:
    return SourceLocation(token.line, token.column)


def _shown(token: Token) -> str:
    """A token as the generated parser prints it: its characters as an Erlang string or atom."""
    if token.kind in {TokenKind.STRING, TokenKind.BLOCK_STRING}:
        return json.dumps(f'"{token.value}"', ensure_ascii=False)
    if token.value is None:
        return f"'{token.kind.value}'"
    if token.kind is TokenKind.NAME and token.value in _RESERVED:
        return token.value
    return json.dumps(token.value, ensure_ascii=False)


def _tokens(source: Source) -> tuple[list[Token], int | None]:
    """Every token, and where the text cannot be read as one."""
    lexer = Lexer(source)
    tokens: list[Token] = []
    end = 0
    while True:
        try:
            token = lexer.advance()
        except GraphQLSyntaxError:
            return tokens, _after_ignored(source.body, end)
        if token.kind is TokenKind.EOF:
            return tokens, None
        tokens.append(token)
        end = token.end


def _after_ignored(text: str, position: int) -> int:
    while position < len(text):
        if text[position] == "#":
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
        elif text[position] in _IGNORED:
            position += 1
        else:
            break
    return position

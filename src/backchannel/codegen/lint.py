"""Lint: what is valid and yet most likely a mistake. Each rule can fail, warn, or be off.

The configuration file sets the levels, and options of the command line win over it:

    [lint]
    fail = ["deprecated"]
    warn = ["unused-variable"]
    off = ["literal"]
    max_complexity = 500
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from backchannel.codegen.diagnostics import CompileError, Diagnostic, in_order, suggestion

if TYPE_CHECKING:
    from graphql import DocumentNode, GraphQLSchema

    from backchannel.codegen.tomlfile import TomlFile


class Level(Enum):
    """What a finding of a rule does."""

    FAIL = "fail"
    WARN = "warn"
    OFF = "off"


DEFAULTS: Mapping[str, Level] = {
    "unused-fragment": Level.FAIL,
    "unused-variable": Level.FAIL,
    "subscription-fields": Level.FAIL,
    "complexity": Level.FAIL,
    "deprecated": Level.WARN,
    "literal": Level.WARN,
}
"""The rules, and their levels where nothing else is said."""


class Lint(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of the lint.

    Attributes:
        fail: rules whose findings are mistakes.
        warn: rules whose findings are told.
        off: rules that are not looked at.
        max_complexity: how complex an operation the server accepts, where each field counts 1.
    """

    fail: tuple[str, ...] = ()
    warn: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    max_complexity: int | None = None

    def level(self, rule: str) -> Level:
        """The level of a rule."""
        for level in Level:
            if rule in self._listed(level):
                return level
        return DEFAULTS[rule]

    def changed(self, fail: Sequence[str], warn: Sequence[str], off: Sequence[str]) -> Lint:
        """The settings with other levels for some rules, as given on the command line.

        Raises:
            CompileError: there is no such rule.
        """
        given = {"--fail-on": fail, "--warn": warn, "--off": off}
        problems = [
            Diagnostic(path=option, message=unknown_rule(rule))
            for option, rules in given.items()
            for rule in rules
            if rule not in DEFAULTS
        ]
        if problems:
            raise CompileError(problems)
        named = {*fail, *warn, *off}
        return Lint(
            fail=(*fail, *(rule for rule in self.fail if rule not in named)),
            warn=(*warn, *(rule for rule in self.warn if rule not in named)),
            off=(*off, *(rule for rule in self.off if rule not in named)),
            max_complexity=self.max_complexity,
        )

    def problems(self, file: TomlFile) -> list[Diagnostic]:
        """What is wrong with the settings of a file."""
        listed = [rule for level in Level for rule in self._listed(level)]
        found = [file.at_text(rule, unknown_rule(rule)) for rule in listed if rule not in DEFAULTS]
        found += [
            file.at_text(rule, f"the rule {rule!r} is listed more than once")
            for rule in dict.fromkeys(listed)
            if listed.count(rule) > 1
        ]
        if self.max_complexity is not None and self.max_complexity < 1:
            found.append(file.at_key(("lint", "max_complexity"), "a complexity is 1 or more"))
        return found

    def _listed(self, level: Level) -> tuple[str, ...]:
        return {Level.FAIL: self.fail, Level.WARN: self.warn, Level.OFF: self.off}[level]


def unknown_rule(rule: str) -> str:
    """The message about a rule that there is not."""
    meant = suggestion(rule, DEFAULTS) or f" The rules are {', '.join(DEFAULTS)}."
    return f"unknown rule {rule!r}.{meant}"


def lint(schema: GraphQLSchema, document: DocumentNode, settings: Lint) -> list[Diagnostic]:
    """Look for what the rules name, in operations that need not be valid.

    Args:
        schema: the schema as the server declares it.
        document: operations and fragments.
        settings: the levels.

    Returns:
        Warnings, in the order of the input.

    Raises:
        CompileError: a rule whose level is to fail found something; it lists all of that.
    """
    from backchannel.codegen.lint_rules import RULES

    failures: list[Diagnostic] = []
    warnings: list[Diagnostic] = []
    for rule in DEFAULTS:
        level = settings.level(rule)
        if level is Level.OFF:
            continue
        for found in RULES[rule](schema, document, settings):
            is_warning = level is Level.WARN
            marked = msgspec.structs.replace(found, rule=rule, is_warning=is_warning)
            (warnings if is_warning else failures).append(marked)
    if failures:
        raise CompileError(in_order(failures))
    return in_order(warnings)

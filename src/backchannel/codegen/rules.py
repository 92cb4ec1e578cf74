"""The rules by which operations are valid: GraphQL's own, with suggestions where it has none.

Three of GraphQL's rules are not among them but in `lint_rules`, where each can be turned off:
unused fragments, unused variables, and subscriptions with several root fields.
"""

from __future__ import annotations

from graphql import (
    ASTValidationRule,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    KnownFragmentNamesRule,
    NoUndefinedVariablesRule,
    NoUnusedFragmentsRule,
    NoUnusedVariablesRule,
    OperationDefinitionNode,
    SingleFieldSubscriptionsRule,
    specified_rules,
)

from backchannel.codegen.diagnostics import suggestion


class KnownFragments(KnownFragmentNamesRule):
    """A fragment that is spread exists."""

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_args: object) -> None:
        """Check a spread."""
        name = node.name.value
        if self.context.get_fragment(name) is None:
            known = [
                each.name.value
                for each in self.context.document.definitions
                if isinstance(each, FragmentDefinitionNode)
            ]
            message = f"Unknown fragment '{name}'.{suggestion(name, known)}"
            self.report_error(GraphQLError(message, node.name))


class DefinedVariables(NoUndefinedVariablesRule):
    """A variable that is used is defined by the operation."""

    def leave_operation_definition(
        self, operation: OperationDefinitionNode, *_args: object
    ) -> None:
        """Check the uses in an operation and its fragments."""
        name = operation.name.value if operation.name else None
        by = f" by operation '{name}'" if name else ""
        defined = [each.variable.name.value for each in operation.variable_definitions]
        for usage in self.context.get_recursive_variable_usages(operation):
            used = usage.node.name.value
            if used not in defined:
                meant = suggestion(f"${used}", [f"${each}" for each in defined])
                message = f"Variable '${used}' is not defined{by}.{meant}"
                self.report_error(GraphQLError(message, [usage.node, operation]))


_REPLACED: dict[type[ASTValidationRule], type[ASTValidationRule]] = {
    KnownFragmentNamesRule: KnownFragments,
    NoUndefinedVariablesRule: DefinedVariables,
}
_LINTED = (NoUnusedFragmentsRule, NoUnusedVariablesRule, SingleFieldSubscriptionsRule)

RULES = tuple(_REPLACED.get(rule, rule) for rule in specified_rules if rule not in _LINTED)

ALONE = tuple(rule for rule in RULES if rule is not KnownFragments)
"""The rules for operations some of whose fragments are in files that cannot be parsed."""

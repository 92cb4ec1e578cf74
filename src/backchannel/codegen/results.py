"""Result classes: the selections of an operation or fragment, in the types ariadne decided."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping

from graphql import GraphQLEnumType, GraphQLUnionType

from backchannel.codegen import text
from backchannel.codegen.annotations import modern, named_classes
from backchannel.codegen.conditions import TYPENAME
from backchannel.codegen.engine import EngineError
from backchannel.codegen.made import MadeClass, MadeField
from backchannel.codegen.module import Module
from backchannel.codegen.names import TypeNames
from backchannel.codegen.owners import Fragment, Owner, class_names, selections
from backchannel.codegen.plugin import Decisions
from backchannel.codegen.selection import Field, Selection, Selector
from backchannel.codegen.shapes import innermost

MODELS = "backchannel.graphql.models"


class ResultClasses:
    """Writes the result classes of one owner into a module.

    Args:
        module: where to.
        owner: whose they are.
        selector: resolves fragments.
        fragments: the fragments by their names in GraphQL.
        decisions: the types.
        types: the names of the schema's types.
        fragments_package: how the modules of fragments begin, seen from the module.

    Attributes:
        fragments: the fragments.
        exported: the names of the classes written.
        made: what the classes are made of.
        aliases: what names stand for that are no classes.
    """

    def __init__(
        self,
        module: Module,
        owner: Owner,
        selector: Selector,
        fragments: Mapping[str, Fragment],
        decisions: Decisions,
        types: TypeNames,
        fragments_package: str,
    ) -> None:
        self._module = module
        self._owner = owner
        self._selector = selector
        self.fragments = fragments
        self._decisions = decisions
        self._types = types
        self._fragments_package = fragments_package
        self._names: dict[int, str] = {}
        self._deprecated: dict[int, str] = {}
        self.exported: list[str] = []
        self.made: dict[str, MadeClass] = {}
        self.aliases: dict[str, list[str]] = {}

    def write(self, root: Selection) -> None:
        """Write the classes of a whole selection, those that others refer to first."""
        self._choose_names(root)
        if not self._write_alias(root):
            self._write_selection(root, self._owner.token)

    def write_held(self, root: Selection) -> None:
        """Write the classes of a fragment on an abstract type, held by a made-up field."""
        self._choose_names(root)
        token = self._owner.token
        annotation = _fields(self._class(token))[token]
        if self._write_alias(root):
            return
        if root.other is not None:
            self._write_members(root, token + token, annotation)
        else:
            self._write_selection(root, token + token)

    def result_of(self, field: Field) -> MadeField:
        """A field of the owner's root class."""
        return self._made_field("", self.field_type(field), field)

    def field_type(self, field: Field) -> str:
        """The annotation of a field of the owner's root class."""
        return self._annotation(field, _fields(self._class(self._owner.token))[_target(field)])

    def name_of(self, selection: Selection, home: Fragment | None = None) -> str:
        """The class, or alias of a union, of a selection; imported if it is a fragment's.

        Args:
            selection: the selection.
            home: the fragment that it is a part of, if it is not one of the owner.
        """
        if selection.is_fragment:
            assert selection.fragment is not None
            return self._fragment_class(selection.fragment)
        if home is not None:
            name = class_names(home.owner, home.selection, self._types)[id(selection)]
            self._module.use(self._fragments_package + home.module, name)
            return name
        return self._names[id(selection)]

    def _choose_names(self, root: Selection) -> None:
        self._names = class_names(self._owner, root, self._types)
        for selection, _, deprecated in selections(root):
            if deprecated is not None:
                self._deprecated[id(selection)] = deprecated

    def _write_alias(self, root: Selection) -> bool:
        """Write the alias for a fragment that is exactly another fragment, if it is one."""
        if not root.is_fragment:
            return False
        name = self._owner.root_name
        self._module.use("typing", "TypeAlias")
        self._module.add(f"{name}: TypeAlias = {self.name_of(root)}\n")
        self.exported.append(name)
        self.aliases[name] = [self.name_of(root)]
        return True

    def _class(self, engine_name: str) -> ast.ClassDef:
        try:
            return self._decisions.classes[engine_name]
        except KeyError:
            raise EngineError(
                f"ariadne-codegen decided no types for {self._owner.title} ({engine_name})"
            ) from None

    def _write_selection(self, selection: Selection, engine_name: str) -> None:
        """Write a class, after those of its fields."""
        class_def = self._class(engine_name)
        annotations = _fields(class_def)
        for field in selection.fields.values():
            below = field.selection
            if below is None or below.is_fragment:
                continue
            below_name = engine_name + field.token.capitalize()
            if below.other is not None:
                self._write_members(below, below_name, annotations[field.token])
            else:
                self._write_selection(below, below_name)
        self._write_class(selection, class_def, annotations)

    def _write_members(self, selection: Selection, engine_name: str, annotation: ast.expr) -> None:
        """Write the members of a divided selection, and the alias of their union.

        ariadne's union also has a class for the interface itself, for types without fields of
        their own; here that class is the one for types without a member: those that a newer
        server adds, and where there are many types those that are not mentioned. Of a union's
        other types only `__typename` can be known.
        """
        members = {engine_name + name: member for name, member in selection.members.items()}
        united = [each for each in named_classes(annotation) if each in members]
        for each in united:
            self._write_selection(members[each], each)
        assert selection.other is not None, "a divided selection has one for other types"
        if isinstance(selection.type, GraphQLUnionType):
            self._write_class(selection.other, None, {})
        else:
            self._write_selection(selection.other, engine_name + selection.type.name)
        alias = self.name_of(selection)
        union = " | ".join(
            [*(self.name_of(members[each]) for each in united), self.name_of(selection.other)]
        )
        self._module.use("typing", "TypeAlias")
        self.exported.append(alias)
        # What stands for the alias is its first member; it has none where no type is mentioned.
        stand_ins = [members[each] for each in united] or [selection.other]
        self.aliases[alias] = [self.name_of(each) for each in stand_ins]
        self._module.add(f"{alias}: TypeAlias = {union}\n")

    def _write_class(
        self,
        selection: Selection,
        class_def: ast.ClassDef | None,
        annotations: Mapping[str, ast.expr],
    ) -> None:
        name = self.name_of(selection)
        attributes = self._selector.python_names(selection)
        secrets = sorted(
            attributes[key]
            for key, field in self._selector.all_fields(selection).items()
            if field.secret
        )
        base = self._base(selection, class_def, bool(secrets))
        options = ["frozen=True", "kw_only=True"]
        lines: list[str] = []
        if selection.is_member:
            tag = selection.type.name
            options += [f'tag="{tag}"', f'tag_field="{TYPENAME}"']
            self._module.use("typing", "ClassVar", "Literal")
            lines.append(f'typename: ClassVar[Literal["{tag}"]] = "{tag}"')
        if secrets:
            self._module.use("typing", "ClassVar")
            lines.append(secret_fields(secrets))
        made: list[MadeField] = []
        for key, field in selection.fields.items():
            if field.name == TYPENAME and selection.is_other:
                annotation = self._may_be_unset("str", field)
            else:
                annotation = self._annotation(field, annotations[_target(field)])
            lines.append(_attribute(attribute_name(key, attributes), key, annotation, field))
            made.append(self._made_field(attribute_name(key, attributes), annotation, field))
            if attribute_name(key, attributes) != key:
                self._module.use_module("msgspec")
        is_root = name == self._owner.root_name and self._owner.is_operation
        doc = self._docstring(selection, attributes, is_root=is_root)
        body = [text.docstring(doc, 4), *lines]
        self.exported.append(name)
        base_class = None if selection.fragment is None else base
        self.made[name] = MadeClass(base_class, made, is_other=selection.is_other)
        indented = "\n".join(f"    {line}" for line in body)
        mark = ""
        if id(selection) in self._deprecated:
            mark = deprecation_mark(self._module, self._deprecated[id(selection)])
            self._module.allow_deprecated()
        self._module.add(f"{mark}class {name}({base}, {', '.join(options)}):\n{indented}\n")

    def _made_field(self, attribute: str, annotation: str, field: Field) -> MadeField:
        target = None if field.selection is None else self.name_of(field.selection)
        return MadeField(attribute, field.key, annotation, field, target)

    def _base(self, selection: Selection, class_def: ast.ClassDef | None, secret: bool) -> str:
        """The base class; that of a fragment where ariadne decided so."""
        if selection.fragment is not None:
            assert class_def is not None, "only a union's other types are without one"
            fragment = self.fragments[selection.fragment]
            if fragment.token not in [ast.unparse(base) for base in class_def.bases]:
                raise EngineError(f"{class_def.name} does not inherit from {fragment.token}")
            return self._fragment_class(selection.fragment)
        bases = ["SecretResult"] if secret else []
        bases += ["OtherResult"] if selection.is_other else []
        self._module.use(MODELS, *bases or ["Result"])
        return ", ".join(bases or ["Result"])

    def _fragment_class(self, name: str) -> str:
        fragment = self.fragments[name]
        home = self._fragments_package + fragment.module
        self._module.use(home, fragment.class_name)
        return fragment.class_name

    def _annotation(self, field: Field, decided: ast.expr) -> str:
        return self._may_be_unset(self._annotation_of_present(field, decided), field)

    def _may_be_unset(self, annotation: str, field: Field) -> str:
        """The annotation, with what stands for a field that `@include` or `@skip` left out."""
        if not field.conditional:
            return annotation
        self._module.use(MODELS, "UNSET", "Unset")
        return f"{annotation} | Unset"

    def _annotation_of_present(self, field: Field, decided: ast.expr) -> str:
        if field.name == TYPENAME:
            # Open for types that a newer server adds, where the type can be another one.
            kinds = ast.unparse(decided)
            if "," in kinds or not kinds.startswith("Literal"):
                return "str"
            self._module.use("typing", "Literal")
            return kinds
        return modern(decided, self._renaming(field))

    def _renaming(self, field: Field) -> Callable[[str], str]:
        selection = field.selection
        named = innermost(field.definition)
        if selection is not None:
            name = self.name_of(selection)
            return lambda _: name
        if isinstance(named, GraphQLEnumType):
            enum = self._types.classes[named.name]
            self._module.use(f"..{self._types.enum_home(named.name)}", enum)
            return lambda _: enum
        if named.name in BUILTIN_SCALARS:
            return lambda name: name
        scalar = self._types.classes[named.name]
        self._module.use("..scalars", scalar)
        return lambda _: scalar

    def _docstring(
        self, selection: Selection, attributes: Mapping[str, str], *, is_root: bool
    ) -> str:
        width = text.WIDTH - 4
        type_name = selection.type.name
        described = [
            (attribute_name(key, attributes), description(field.definition))
            for key, field in selection.fields.items()
            if description(field.definition)
        ]
        if is_root:
            return text.paragraphs(
                f"The result of {self._owner.title}.", text.section("Attributes", described, width)
            )
        said = text.clean(selection.type.description)
        own = f"What {self._owner.title} selects of {type_name}."
        if selection.is_other:
            why = (
                f"{self._owner.title} mentions no such type, or the schema has none"
                if selection.is_partial
                else "The schema has no such type"
            )
            own = text.paragraphs(
                f"What {self._owner.title} selects of {type_name}, in an object of another type.",
                f"{why}; `typename` is its name.",
            )
        return text.paragraphs(
            text.summarized(said, width), own, text.section("Attributes", described, width)
        )


BUILTIN_SCALARS = frozenset({"Boolean", "Float", "ID", "Int", "String"})


def attribute_name(key: str, attributes: Mapping[str, str]) -> str:
    """The attribute of a response key; that of `__typename` is `typename` everywhere."""
    return "typename" if key == TYPENAME else attributes[key]


def description(definition: object) -> str:
    """The description of a part of the schema, with its deprecation."""
    said = text.clean(getattr(definition, "description", None))
    reason = getattr(definition, "deprecation_reason", None)
    deprecated = "" if reason is None else f"Deprecated: {text.clean(reason)}"
    return " ".join(part for part in (said, deprecated) if part)


def _attribute(name: str, key: str, annotation: str, field: Field) -> str:
    options = ["default=UNSET"] if field.conditional else []
    if name != key:
        options.append(f'name="{key}"')
    if options == ["default=UNSET"]:
        return f"{name}: {annotation} = UNSET"
    if options:
        return f"{name}: {annotation} = msgspec.field({', '.join(options)})"
    return f"{name}: {annotation}"


def secret_fields(attributes: Iterable[str]) -> str:
    """The line that names the attributes of a class whose values are not shown."""
    listed = ", ".join(f'"{each}"' for each in attributes)
    return f"secret_fields: ClassVar[frozenset[str]] = frozenset({{{listed}}})"


def deprecation_mark(module: Module, reason: str) -> str:
    """The line that marks the function or class after it, for type checkers and editors."""
    module.use("backchannel.graphql.deprecation", "deprecated")
    return f"@deprecated({text.literal(' '.join(text.clean(reason).split()))})\n"


def _fields(class_def: ast.ClassDef) -> dict[str, ast.expr]:
    return {
        statement.target.id: statement.annotation
        for statement in class_def.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }


def _target(field: Field) -> str:
    """How ariadne calls a field's attribute."""
    return "typename__" if field.token == TYPENAME else field.token

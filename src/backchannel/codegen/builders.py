"""Data builders: functions that make results for tests, valid whatever is left out.

A builder a class, with a keyword a field. Values are made up by type: texts are the name of their
field, numbers and ids 1, booleans false, enums their first value, times the start of 2026; lists
of objects hold one, other lists nothing. What there is no value for, a custom scalar of a type of
one's own, is null where it may be, and else has to be given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from graphql import GraphQLEnumType, is_list_type, is_non_null_type

from backchannel.codegen import names, text
from backchannel.codegen.configuration import ScalarMapping
from backchannel.codegen.made import Made, MadeClass, MadeField
from backchannel.codegen.module import Module
from backchannel.codegen.names import TypeNames
from backchannel.codegen.results import MODELS
from backchannel.codegen.shapes import innermost, type_of

_BUILTIN = {"ID": '"1"', "Int": "1", "Float": "1.0", "Boolean": "False"}
_KNOWN = {
    "datetime.date": "datetime.date(2026, 1, 1)",
    "datetime.datetime": "datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)",
    "decimal.Decimal": "decimal.Decimal(1)",
    "uuid.UUID": "uuid.UUID(int=1)",
}
_PLAIN = {"bool": "False", "float": "1.0", "int": "1", "str": '"text"'}
_NAME = re.compile(r"[A-Za-z_]\w*")


class Builders:
    """Writes the modules of builders.

    Args:
        made: what the modules of operations and fragments are made of.
        scalars: mappings of the custom scalars in use.
        types: the names of the schema's types.
        homes: the modules of enums and scalars by their names, relative to the package.
    """

    def __init__(
        self,
        made: Sequence[Made],
        scalars: Mapping[str, ScalarMapping],
        types: TypeNames,
        homes: Mapping[str, str],
    ) -> None:
        self._made = made
        self._scalars = scalars
        self._types = types
        self._classes = {name: each for part in made for name, each in part.classes.items()}
        self._aliases = {name: each for part in made for name, each in part.aliases.items()}
        self._homes = {**homes, **{name: f".{part.home}" for part in made for name in part.classes}}
        self._homes |= {name: f".{part.home}" for part in made for name in part.aliases}
        functions = frozenset(part.function for part in made if part.function is not None)
        # The whole result is wrapped around what a function gives by `reply_body`.
        self._wholes = {part.whole for part in made if part.result is not None}
        listed = [name for name in self._classes if name not in self._wholes]
        self._names = names.scope(sorted(listed), names.BUILDERS | functions)
        self._needing: dict[str, bool] = {}
        self._called_inside: set[str] = set()

    def files(self) -> Iterator[tuple[str, str, list[str]]]:
        """The modules: path without suffix relative to the package, code, exported names."""
        for part in self._made:
            module = Module(f"Builders of what `{part.home}` defines.")
            exported: list[str] = []
            self._called_inside.clear()
            for name, each in part.classes.items():
                if name not in self._wholes:
                    self._add_builder(module, part, name, each)
                    exported.append(self._names[name])
            if part.function is not None:
                self._add_result(module, part)
                exported.append(part.function)
            for function in sorted(self._called_inside):
                module.add(f"_{function} = {function}\n")
            if exported:
                yield part.home, module.render(), exported

    def _add_builder(self, module: Module, part: Made, name: str, made: MadeClass) -> None:
        module.allow_deprecated()
        self._use(module, name)
        required: list[str] = []
        optional: list[str] = []
        given: list[str] = []
        if made.is_other:
            optional.append('typename: str = "Other"')
            given.append("typename=typename")
        for field in self._all_fields(made):
            self._use(module, *_NAME.findall(field.annotation))
            default, inside = self._default(module, part, field)
            value = field.attribute
            if default is None:
                required.append(f"{field.attribute}: {field.annotation}")
            elif inside:
                module.use(MODELS, "UNSET", "Unset")
                optional.append(f"{field.attribute}: {field.annotation} | Unset = UNSET")
                value = f"{default} if {field.attribute} is UNSET else {field.attribute}"
            else:
                optional.append(f"{field.attribute}: {field.annotation} = {default}")
            given.append(f"{field.attribute}={value}")
        star = ["*"] if required or optional else []
        function = self._names[name]
        doc = text.docstring(f"Make a {name}; what is left out is made up.", 4)
        module.add(
            f"def {function}({', '.join([*star, *required, *optional])}) -> {name}:\n"
            f"    {doc}\n    return {name}({', '.join(given)})\n"
        )

    def _add_result(self, module: Module, part: Made) -> None:
        """Give what the function of the operation gives."""
        if part.result is None:
            assert part.whole is not None, "an operation has a result"
            module.add(f"{part.function} = {self._names[part.whole]}\n")
            return
        target = self._object(part.result.target)
        kind = type_of(part.result.field.definition)
        kind = kind.of_type if is_non_null_type(kind) else kind
        if target is not None and not is_list_type(kind):
            inside = target in part.classes
            builder = self._names[target] if inside else self._called(module, part, target)
            module.add(f"{part.function} = {builder}\n")
            return
        self._use(module, *_NAME.findall(part.result.annotation))
        default, _ = self._default(module, part, part.result)
        if default is None:
            parameter, default = f"*, value: {part.result.annotation}", "value"
        else:
            parameter = ""
        doc = text.docstring(f"Make what `{part.function}` gives.", 4)
        module.add(
            f"def {part.function}({parameter}) -> {part.result.annotation}:\n"
            f"    {doc}\n    return {default}\n"
        )

    def _all_fields(self, made: MadeClass) -> Iterator[MadeField]:
        if made.base is not None:
            yield from self._all_fields(self._classes[self._object(made.base) or made.base])
        yield from made.fields

    def _default(self, module: Module, part: Made, field: MadeField) -> tuple[str | None, bool]:
        """The expression of a value, and whether it has to be made anew by each call."""
        if field.field.conditional:
            module.use(MODELS, "UNSET")
            return "UNSET", False
        kind = type_of(field.field.definition)
        nullable = not is_non_null_type(kind)
        kind = kind if nullable else kind.of_type
        target = self._object(field.target)
        if is_list_type(kind):
            depth = 0
            while is_list_type(kind):
                depth += 1
                kind = kind.of_type
                kind = kind.of_type if is_non_null_type(kind) else kind
            if target is None or self._needs(target):
                return "[]", True
            return "[" * depth + f"{self._called(module, part, target)}()" + "]" * depth, True
        if target is not None:
            if not self._needs(target):
                return f"{self._called(module, part, target)}()", True
            return ("None" if nullable else None), False
        value = self._leaf(module, field)
        return ("None" if value is None and nullable else value), False

    def _leaf(self, module: Module | None, field: MadeField) -> str | None:
        if field.annotation.startswith("Literal["):
            return field.annotation[len("Literal[") : -1]
        named = innermost(field.field.definition)
        if field.field.name == "__typename":
            return '"Other"'
        if isinstance(named, GraphQLEnumType):
            enum = self._types.classes[named.name]
            if module is not None:
                self._use(module, enum)
            return f"{enum}.{next(iter(names.members(named.values).values()))}"
        if named.name == "String":
            return text.literal(field.key)
        if named.name in _BUILTIN:
            return _BUILTIN[named.name]
        mapping = self._scalars[named.name]
        if mapping.type in _KNOWN:
            if module is not None:
                module.use_module(mapping.type.partition(".")[0])
            return _KNOWN[mapping.type]
        return _PLAIN.get(mapping.type) if mapping.parse is None else None

    def _needs(self, name: str) -> bool:
        """Whether the builder of a class needs a value to be given."""
        if name not in self._needing:
            self._needing[name] = any(
                self._field_needs(field) for field in self._all_fields(self._classes[name])
            )
        return self._needing[name]

    def _field_needs(self, field: MadeField) -> bool:
        kind = type_of(field.field.definition)
        if field.field.conditional or not is_non_null_type(kind) or is_list_type(kind.of_type):
            return False
        target = self._object(field.target)
        return self._leaf(None, field) is None if target is None else self._needs(target)

    def _object(self, name: str | None) -> str | None:
        """The class that stands for a name: that of a union is its first member."""
        while name in self._aliases:
            name = self._aliases[name][0]
        return name

    def _called(self, module: Module, part: Made, name: str) -> str:
        """How a builder is called in a module: parameters may have its own name."""
        function = self._names[name]
        if name in part.classes:
            self._called_inside.add(function)
        else:
            home = self._homes[name].removeprefix(".")
            module.use(f"..{home}", f"{function} as _{function}")
        return f"_{function}"

    def _use(self, module: Module, *found: str) -> None:
        for name in found:
            if name in self._homes:
                module.use(f"...{self._homes[name].removeprefix('.')}", name)
            elif name in {"Unset", "UNSET"}:
                module.use(MODELS, name)
            elif name == "Literal":
                module.use("typing", name)

"""The modules around operations: `__init__`, and the lists of constants, fragments and builders.

They load nothing until a name is asked for, and are the same however many operations there are:
the module of an operation is found by its name, a table is loaded for the other names only. What
the names are, type checkers read in a stub beside each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from backchannel.codegen import text
from backchannel.codegen.module import HEADER, Module
from backchannel.graphql.stamp import FORMAT

_PACKAGE = """Typed functions for GraphQL operations, one an operation, and the types they need.

A function takes any client of `backchannel`; with an asynchronous one its result is awaitable.
The operations themselves are constants in `operations`."""

_LOADER = """
def __getattr__(name: str) -> object:
    if name == "__all__":
        return sorted(_names())
    home = None if name.startswith("_") else _home(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(home, __package__)
    value = module if home == f".{name}" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *_names()]
"""

_FUNCTIONS = """
def _home(name: str) -> str | None:
    # A function is named like its module; no other name is in lower case and in a module's place.
    home = f"._operations.{name}"
    if name.isidentifier() and name.islower() and find_spec(home, __package__) is not None:
        return home"""

_EXPORTS = """
    if name in _SUBMODULES:
        return f".{name}"
    from ._types import HOMES as TYPES

    if name in TYPES:
        return TYPES[name]
    from ._exports import HOMES

    return HOMES.get(name)


def _names() -> list[str]:
    from ._exports import HOMES
    from ._types import HOMES as TYPES

    return [*HOMES, *TYPES, *_SUBMODULES]
"""

_BUILDERS = """
    from ._exports import HOMES

    return HOMES.get(name)


def _names() -> list[str]:
    from ._exports import HOMES

    return [*HOMES]
"""

_CONSTANTS = """
def _home(name: str) -> str | None:
    home = f"._operations.{name.lower()}"
    if name.isidentifier() and name.isupper() and find_spec(home, __package__) is not None:
        return home
    return None


def _names() -> list[str]:
    from ._exports import HOMES

    # A function is named like its module, and the constant like the function.
    return [name.upper() for name, home in HOMES.items() if home == f"._operations.{name}"]
"""

_FRAGMENTS = """
def _home(name: str) -> str | None:
    from ._exports import HOMES

    return HOMES[name] if name in _names() else None


def _names() -> list[str]:
    from ._exports import HOMES

    return [name for name, home in HOMES.items() if home.startswith("._fragments.")]
"""


_TYPES = """
def _home(name: str) -> str | None:
    from ._types import HOMES

    return HOMES[name] if name in _names() else None


def _names() -> list[str]:
    from ._types import HOMES

    return [name for name, home in HOMES.items() if home.startswith(".{package}.")]
"""


def package_files(
    homes: Mapping[str, str],
    types: Mapping[str, str],
    constants: Mapping[str, str],
    submodules: Sequence[str],
) -> Iterator[tuple[str, str]]:
    """The files at the top of the package, and the `__init__` of its private packages.

    Args:
        homes: the exported functions and results, and the modules they are in, relative to the
            package.
        types: likewise the inputs and enums.
        constants: likewise the constants of operations.
        submodules: modules that are attributes of the package.
    """
    module = Module(_PACKAGE)
    module.use("backchannel.graphql.stamp", "require_format")
    module.add(f"require_format(__name__, {FORMAT})\n")
    listed = ", ".join(f'"{name}"' for name in submodules)
    module.add(f"_SUBMODULES = ({listed})\n")
    _add_lookup(module, _FUNCTIONS + _EXPORTS)
    yield "__init__.py", module.render()
    yield "__init__.pyi", _stub({**homes, **types}, submodules)
    yield "_exports.py", _table("Which modules functions and results are in.", homes)
    yield "_types.py", _table("Which modules inputs and enums are in.", types)
    docstring = "The operations as constants without I/O, each named like its function."
    yield "operations.py", _listing(docstring, _CONSTANTS)
    yield "operations.pyi", _stub(constants)
    docstring = "The types of the fragments."
    fragments = {name: home for name, home in homes.items() if home.startswith("._fragments.")}
    yield "fragments.py", _listing(docstring, _FRAGMENTS)
    yield "fragments.pyi", _stub(fragments)
    for name, package, docstring in (
        (
            "enums",
            "_enums",
            "Enums. A value that the schema does not know is kept: see `is_known`.",
        ),
        (
            "input_types",
            "_inputs",
            "Input types. What is left out is not sent; None is sent as null.",
        ),
    ):
        of_kind = {each: home for each, home in types.items() if home.startswith(f".{package}.")}
        yield f"{name}.py", _listing(docstring, _TYPES.replace("{package}", package))
        yield f"{name}.pyi", _stub(of_kind)
    yield from _private_packages("operation", "fragment", "enum", "input")


def builder_files(homes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The same of the package of builders.

    Args:
        homes: the builders, and the modules they are in, relative to that package.
    """
    docstring = "Builders of results for tests: whatever is left out is made up."
    yield "__init__.py", _listing(docstring, _FUNCTIONS + _BUILDERS)
    yield "__init__.pyi", _stub(homes)
    yield "_exports.py", _table("Which modules builders are in.", homes)
    yield from _private_packages("operation", "fragment")


def _listing(docstring: str, lookup: str) -> str:
    """A module that finds names when they are asked for."""
    module = Module(docstring)
    _add_lookup(module, lookup)
    return module.render()


def _add_lookup(module: Module, lookup: str) -> None:
    module.use("importlib", "import_module")
    if "find_spec" in lookup:
        module.use("importlib.util", "find_spec")
    module.add(_LOADER)
    module.add(lookup)


def _stub(homes: Mapping[str, str], submodules: Sequence[str] = ()) -> str:
    """What type checkers read in the place of a module that finds names when they are asked for."""
    module = Module("")
    # Whatever is deprecated is listed with the rest; that is no use of it.
    module.allow_deprecated()
    if submodules:
        module.use(".", *submodules)
    for name, home in homes.items():
        module.use(home, name)
    exported = "".join(f'    "{name}",\n' for name in sorted([*homes, *submodules]))
    module.add(f"__all__ = [\n{exported}]\n")
    return module.render(is_stub=True)


def _table(docstring: str, homes: Mapping[str, str]) -> str:
    module = Module(docstring)
    entries = "".join(f'    "{name}": "{homes[name]}",\n' for name in sorted(homes))
    module.add(f"HOMES: dict[str, str] = {{\n{entries}}}\n")
    return module.render()


def _private_packages(*whats: str) -> Iterator[tuple[str, str]]:
    for what in whats:
        docstring = text.docstring(f"A module for each {what}.", 0)
        yield f"_{what}s/__init__.py", f"{HEADER}\n{docstring}\n"

"""The modules around operations: `__init__`, and the lists of constants and fragments.

They load nothing until a name is asked for, so that importing one function costs the same however
many there are. Type checkers see plain imports.
"""

from __future__ import annotations

from collections.abc import Mapping

from backchannel.codegen import text
from backchannel.codegen.module import HEADER, Module
from backchannel.graphql.stamp import FORMAT

_INIT = '''"""Typed functions for GraphQL operations, one an operation, and the types they need.

A function takes any client of `backchannel`; with an asynchronous one its result is awaitable.
The operations themselves are constants in `operations`.
"""'''

_LOADER = """
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        home = import_module(_HOMES[name], __package__)
        value = home if _HOMES[name] == f".{name}" else getattr(home, name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return [*globals(), *_HOMES]
"""


def init_module(homes: Mapping[str, str], submodules: tuple[str, ...]) -> str:
    """The `__init__` of the package.

    Args:
        homes: the exported names, and the modules they are in, relative to the package.
        submodules: modules that are attributes of the package.
    """
    module = Module("")
    for name in submodules:
        module.use_for_typing(".", name)
    module.use("backchannel.graphql.stamp", "require_format")
    _add_lazy(module, {**homes, **{name: f".{name}" for name in submodules}}, submodules)
    check = f"require_format(__name__, {FORMAT})\n"
    return (
        module.render().replace('""""""', _INIT, 1).replace("\n__all__", f"\n{check}\n__all__", 1)
    )


def listing_module(docstring: str, homes: Mapping[str, str]) -> str:
    """A module that gives names of other modules.

    Args:
        docstring: its docstring.
        homes: the names, and the modules they are in, relative to the package.
    """
    module = Module(docstring)
    _add_lazy(module, homes, ())
    return module.render()


def private_package(docstring: str) -> str:
    """The `__init__` of a package below."""
    return f"{HEADER}\n{text.docstring(docstring, 0)}\n"


def _add_lazy(module: Module, homes: Mapping[str, str], submodules: tuple[str, ...]) -> None:
    # Whatever is deprecated is listed with the rest; that is no use of it.
    module.allow_deprecated()
    module.use("importlib", "import_module")
    module.use("typing", "TYPE_CHECKING")
    for name, home in homes.items():
        if name not in submodules:
            module.use_for_typing(home, name)
    exported = "".join(f'    "{name}",\n' for name in sorted(homes))
    module.add(f"__all__ = [\n{exported}]\n")
    table = "".join(f'    "{name}": "{homes[name]}",\n' for name in sorted(homes))
    module.add(f"_HOMES: dict[str, str] = {{\n{table}}}\n")
    module.add(_LOADER)

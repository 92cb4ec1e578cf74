"""The package as a whole: exports, imports, stamp, and that it is the same every time."""

import ast
import importlib
import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from backchannel.codegen import SourceFile, compile_package
from backchannel.codegen.module import HEADER
from backchannel.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"aiohttp", "ariadne_codegen", "gql", "graphql", "pydantic", "requests", "websockets"}
Case = Callable[[str], ModuleType]


def loaded(statement: str) -> set[str]:
    """The modules that a statement loads, in a process of its own."""
    code = f"{statement}\nimport json, sys; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(run.stdout))


def test_importing_a_function_loads_only_what_it_needs() -> None:
    modules = loaded("from glimesh_api import find_channel, ChatMessageInput")
    assert not modules & HEAVY
    ours = {name for name in modules if name.startswith("glimesh_api._operations.")}
    assert ours == {"glimesh_api._operations.find_channel"}
    assert "glimesh_api.operations" not in modules
    # The table of all names is for other names than those of functions and inputs.
    assert "glimesh_api._exports" not in modules


def test_of_enums_only_those_in_use_are_loaded() -> None:
    assert "glimesh_api._enums" not in loaded("from glimesh_api import find_channel_id")
    assert "glimesh_api._enums.channel_status" in loaded("from glimesh_api import channels")
    modules = loaded("from glimesh_api.enums import ChannelStatus")
    assert not [name for name in modules if name.startswith("glimesh_api._operations")]


def test_of_inputs_only_those_in_use_are_loaded() -> None:
    modules = loaded("from glimesh_api import create_chat_message")
    assert {name for name in modules if name.startswith("glimesh_api._inputs.")} == {
        "glimesh_api._inputs.chat_message_input"
    }


def test_inputs_that_hold_each_other_are_read_whichever_is_loaded_first(
    compiled: Callable[..., dict[str, str]], imported: Callable[..., ModuleType]
) -> None:
    schema = """
        type Query { find(where: Where): Int }
        input Where { name: String related: Related }
        input Related { back: Where! }
    """
    files = compiled(schema, "query Find($where: Where) { find(where: $where) }")
    for first in ("Related", "Where"):
        api = imported(files)
        getattr(api, first)
        where = msgspec.convert({"related": {"back": {"name": "x"}}}, api.Where)
        assert where == api.Where(related=api.Related(back=api.Where(name="x")))


def test_members_of_enums_are_pickled_known_or_not(case: Case) -> None:
    api = case("selections")
    for role in (next(iter(api.Role)), api.Role("NEWER")):
        again = pickle.loads(pickle.dumps(role))
        assert (again, type(again), again.is_known) == (role, api.Role, role.is_known)
    assert importlib.import_module(f"{api.__name__}.enums").Role is api.Role


def test_importing_the_package_loads_no_operation() -> None:
    modules = loaded("import glimesh_api")
    assert not [name for name in modules if name.startswith("glimesh_api.")]


def test_the_compiler_does_not_load_the_generated_package() -> None:
    assert "glimesh_api" not in loaded("import backchannel.codegen")


def test_everything_exported_is_there(case: Case) -> None:
    api = case("selections")
    for name in api.__all__:
        assert getattr(api, name) is not None
    assert set(api.__all__) <= set(dir(api))
    assert {"find_user", "FindUserUser", "Named", "Role", "operations"} <= set(api.__all__)
    fragments = importlib.import_module(f"{api.__name__}.fragments")
    assert set(fragments.__all__) == {"Named", "Secretive"}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = api.nothing


def test_everything_is_there_for_whoever_imports_all(case: Case) -> None:
    api = case("selections")
    for module in ("", ".operations", ".fragments", ".enums", ".testing"):
        names: dict[str, object] = {}
        exec(f"from {api.__name__}{module} import *", names)
        listed = importlib.import_module(f"{api.__name__}{module}").__all__
        assert listed
        assert set(listed) == set(names) - {"__builtins__"}


def test_the_stubs_say_what_is_there(
    case_files: Callable[[str], dict[str, str]], imported: Callable[..., ModuleType]
) -> None:
    files = case_files("connections")
    api = imported(files)
    stubs = {name: text for name, text in files.items() if name.endswith(".pyi")}
    assert len(stubs) == 6
    for name, text in stubs.items():
        home = name.removesuffix(".pyi").removesuffix("__init__").replace("/", ".").strip(".")
        module = importlib.import_module(f"{api.__name__}.{home}".strip("."))
        tree = ast.parse(text)
        stated = {
            alias.name
            for node in tree.body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        assert isinstance(tree.body[-1], ast.Assign)
        assert ast.literal_eval(tree.body[-1].value) == module.__all__
        assert stated == set(module.__all__)


def test_modules_that_find_names_are_the_same_whatever_they_find(
    case_files: Callable[[str], dict[str, str]],
) -> None:
    one, other = case_files("selections"), case_files("connections")
    for name in (
        "__init__.py",
        "operations.py",
        "fragments.py",
        "enums.py",
        "input_types.py",
        "testing/__init__.py",
    ):
        assert one[name] == other[name]


@pytest.mark.parametrize(
    "name", ["nothing", "Nothing", "NOTHING", "a.b", "__wrapped__", "__init__.x"]
)
def test_what_is_not_there_is_no_attribute(case: Case, name: str) -> None:
    api = case("selections")
    for module in (api, api.operations, api.testing):
        assert not hasattr(module, name)


def test_a_function_stays_the_function_whatever_is_imported(case: Case) -> None:
    api = case("selections")
    assert callable(api.find_user)
    importlib.import_module(f"{api.__name__}._operations.plain")
    assert callable(api.plain)


def test_every_operation_is_a_constant(case: Case) -> None:
    operations = case("selections").operations
    assert operations.JOINED.kind == "subscription"
    assert operations.FIND_USER.name == "FindUser"
    assert operations.MAYBE.fields == ("user", "now")


def test_the_same_input_gives_the_same_bytes_in_another_process(
    case_files: Callable[[str], dict[str, str]], tmp_path: Path
) -> None:
    files = case_files("abstract")
    assert case_files("abstract") == files
    cases = Path(__file__).parent / "cases/abstract"
    subprocess.run(
        [
            *(sys.executable, "-m", "backchannel.cli", "generate"),
            *("--schema", str(cases / "schema.graphql")),
            *("--queries", str(cases / "operations.graphql")),
            *("--output", str(tmp_path / "api")),
        ],
        check=True,
        capture_output=True,
        env={"PYTHONHASHSEED": "7", "PATH": ""},
    )
    written = {
        path.relative_to(tmp_path / "api").as_posix(): path.read_text()
        for path in (tmp_path / "api").rglob("*")
        if path.is_file()
    }
    del written["manifest.json"]
    assert written == files


def test_every_module_says_that_it_is_generated(
    case_files: Callable[[str], dict[str, str]],
) -> None:
    files = case_files("names")
    modules = {name: text for name, text in files.items() if name.endswith((".py", ".pyi"))}
    assert {"__init__.py", "__init__.pyi"} <= set(modules)
    assert all(text.startswith(HEADER) for text in modules.values())
    assert "py.typed" in files


def test_another_format_is_refused_at_import(
    compiled: Callable[..., dict[str, str]], imported: Callable[..., ModuleType]
) -> None:
    files = compiled("type Query { a: Int }", "query A { a }")
    files["__init__.py"] = files["__init__.py"].replace(
        "require_format(__name__, 1)", "require_format(__name__, 99)"
    )
    with pytest.raises(ConfigurationError, match=r"format 99.*regenerate"):
        imported(files)


def test_the_compilation_does_not_depend_on_how_operations_are_split_over_files() -> None:
    schema = [SourceFile("s.graphql", "type Query { a: Int b: Int }")]
    one = [SourceFile("q.graphql", "query A { a }\nquery B { b }")]
    two = [SourceFile("b.graphql", "query A { a }"), SourceFile("c.graphql", "query B { b }")]
    assert compile_package(schema, one) == compile_package(schema, two)


def test_the_package_in_the_repository_is_current() -> None:
    run = subprocess.run(
        [sys.executable, str(ROOT / "tools/generated_is_current.py")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (0, "")

"""Whatever stands in a schema, an operation or introspection JSON, none of it becomes code.

Each hostile text would write a file if Python ever ran it.
"""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from graphql import StringValueNode, print_ast
from hypothesis import given, settings
from hypothesis import strategies as st

from backchannel.codegen import (
    CompileError,
    Configuration,
    ScalarMapping,
    SourceFile,
    compile_package,
)
from backchannel.codegen.sources import read_sources
from backchannel.codegen.write import write_package

MARKER = "it_ran"
CODE = f"open('{MARKER}', 'w').close()"
PAYLOADS = [
    f'"""\n{CODE}\n"""',
    f"'''\n{CODE}\n'''",
    f'""" + {CODE} + """',
    f'\\"""\n{CODE}\n\\"""',
    f'\\\\"""\n{CODE}\n#',
    f'"\n{CODE}\n#',
    f"\\\n{CODE}",
    f"\r{CODE}\r",
    f"\u2028{CODE}\u2029{CODE}\x85{CODE}\x0c{CODE}",
    f"{{{CODE}}} {{0}} %s $x",
    f"*/ --> ]]> `{CODE}`",
    "ends with a backslash \\",
    'ends with a quote "',
    'ends with both \\"',
    "\\N{DIGIT ONE} \\x22\\x22\\x22 \\u0022 \\0",
    "# -*- coding: utf-7 -*-\n+ACIAIgAi-",
    "\u202e right to left \u2066 isolated",
]


def literal(text: str) -> str:
    return print_ast(StringValueNode(value=text, block=False))


def sources(text: str) -> tuple[str, str]:
    """A schema and operations with a text at every place that can hold one."""
    it = literal(text)
    schema = f"""
    {it} schema {{ query: Query subscription: Subscription }}
    {it} type Query {{
      {it} find({it} in: In = {{ text: {it} }} @deprecated(reason: {it}), {it} t: String = {it}):
        [Thing!] @deprecated(reason: {it})
      {it} page({it} first: Int, {it} after: String): Things
      {it} when: Stamp
    }}
    {it} type Subscription {{ {it} seen({it} t: [String!] = [{it}]): Kind }}
    {it} interface Thing {{ {it} id: ID @deprecated(reason: {it}) }}
    {it} type Stone implements Thing {{ {it} id: ID {it} kind: Kind }}
    {it} type Things {{ {it} edges: [Edge!]! {it} pageInfo: PageInfo! }}
    {it} type Edge {{ {it} node: Stone {it} cursor: String }}
    {it} type PageInfo {{ {it} hasNextPage: Boolean! {it} endCursor: String }}
    {it} enum Kind {{ {it} A @deprecated(reason: {it}) {it} B }}
    {it} input In {{ {it} text: String = {it} @deprecated(reason: {it}) {it} kind: Kind = A }}
    {it} scalar Stamp @specifiedBy(url: {it})
    {it} union Either = Stone | Things
    {it} directive @mark({it} text: String = {it}) on FIELD
    """
    comment = "\n".join(f"# {line}" for line in text.replace("\r", "\n").split("\n"))
    operations = f"""
{comment}
query Find($in: In = {{ text: {it} }}, $t: String = {it}) {{
  find(in: $in, t: {it}) @mark(text: {it}) {{ ...Parts ... on Stone {{ kind }} }}
  other: find(in: {{ text: {it} }}, t: $t) {{ id }}
  when
}}
{comment}
fragment Parts on Thing {{ id }}
query Page($first: Int, $after: String) {{
  page(first: $first, after: $after) {{
    edges {{ node {{ id }} cursor }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
{comment}
subscription Seen($t: [String!] = [{it}]) {{ seen(t: $t) }}
"""
    return schema, operations


def compiled(text: str) -> dict[str, str]:
    schema, operations = sources(text)
    return compile_package(
        [SourceFile("s.graphql", schema)],
        [SourceFile("o.graphql", operations)],
        Configuration(scalars={"Stamp": ScalarMapping(type="str")}),
    )


def shapes(files: dict[str, str]) -> dict[str, str]:
    """The code of the modules without what stands in string constants, and without comments."""
    found: dict[str, str] = {}
    for name, code in files.items():
        if name.endswith((".py", ".pyi")):
            tree = ast.parse(code)
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    node.value = ""
            found[name] = ast.dump(tree)
    return found


def comments(files: dict[str, str]) -> list[str]:
    """The first lines of comments of the modules; a text of the input is in none of them."""
    return [
        line
        for name, code in files.items()
        if name.endswith((".py", ".pyi"))
        for line in code.split("\n")
        if line.startswith("#")
    ]


HARMLESS = compiled("harmless")


@pytest.mark.parametrize("text", PAYLOADS)
def test_a_hostile_text_is_nothing_but_text(text: str) -> None:
    files = compiled(text)
    assert shapes(files) == shapes(HARMLESS)
    assert not [line for line in comments(files) if MARKER in line]
    assert [each for each in constants(files) if literal(text) in str(each.value)]


def constants(files: dict[str, str]) -> list[ast.Constant]:
    trees = [ast.parse(code) for name, code in files.items() if name.endswith((".py", ".pyi"))]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]


fragments = st.sampled_from(
    ['"', "'", '"""', "'''", "\\", "\n", "\r", "\u2028", "{", "}", "#", "%", "\t", " ", CODE, "x"]
)
hostile = st.one_of(
    st.lists(fragments, max_size=12).map("".join),
    # GraphQL's own texts hold no lone surrogates and no control characters.
    st.text(
        alphabet=st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t"),
        max_size=30,
    ),
)


@given(hostile)
@settings(max_examples=25, deadline=None)
def test_no_text_becomes_code(text: str) -> None:
    assert shapes(compiled(text)) == shapes(HARMLESS)


def test_importing_what_was_made_of_hostile_texts_does_nothing(tmp_path: Path) -> None:
    for number, text in enumerate(PAYLOADS):
        write_package(compiled(text), tmp_path / f"hostile_{number}")
    code = f"""
import importlib, sys
sys.path.insert(0, ".")
for number in range({len(PAYLOADS)}):
    api = importlib.import_module(f"hostile_{{number}}")
    for name in api.__all__:
        getattr(api, name)
    for name in api.operations.__all__:
        getattr(api.operations, name)
print("imported")
"""
    before = {path.name for path in tmp_path.iterdir()}
    run = subprocess.run(
        [sys.executable, "-B", "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert (run.stdout, run.stderr) == ("imported\n", "")
    assert {path.name for path in tmp_path.iterdir()} == before


def introspection(**names: str) -> str:
    """Introspection of a small schema in which some names are given."""
    called = {"type": "Thing", "field": "id", "argument": "of", "enum": "Kind", "value": "A"}
    called |= names
    string = {"kind": "SCALAR", "name": "String", "ofType": None}
    kind = {"kind": "ENUM", "name": called["enum"], "ofType": None}
    thing = {"kind": "OBJECT", "name": called["type"], "ofType": None}

    def field(name: str, of: object, arguments: list[object]) -> dict[str, object]:
        return {"name": name, "description": None, "args": arguments, "type": of}

    argument = {"name": called["argument"], "description": None, "type": string}
    argument |= {"defaultValue": None}
    types: list[dict[str, object]] = [
        {"kind": "OBJECT", "name": "Query", "fields": [field("thing", thing, [argument])]},
        {"kind": "OBJECT", "name": called["type"], "fields": [field(called["field"], kind, [])]},
        {"kind": "ENUM", "name": called["enum"], "enumValues": [{"name": called["value"]}]},
        {"kind": "SCALAR", "name": "String"},
    ]
    for each in types:
        each.update({"interfaces": []} if each["kind"] == "OBJECT" else {})
    return json.dumps(
        {"data": {"__schema": {"queryType": {"name": "Query"}, "types": types, "directives": []}}}
    )


NOT_NAMES = [f"x\n{CODE}\n", "a b", "x: Int } type Evil { y", "1", "", "é", 'x"', "x#", "x\u2028y"]


@pytest.mark.parametrize("name", NOT_NAMES)
@pytest.mark.parametrize("place", ["type", "field", "argument", "enum", "value"])
def test_a_name_of_introspection_that_is_none_is_refused(
    place: str, name: str, tmp_path: Path
) -> None:
    path = tmp_path / "schema.json"
    path.write_text(introspection(**{place: name}))
    with pytest.raises(CompileError, match=r"schema\.json"):
        compile_package(
            read_sources([path]), [SourceFile("o.graphql", "query A { thing { __typename } }")]
        )


def test_introspection_with_good_names_compiles(tmp_path: Path) -> None:
    path = tmp_path / "schema.json"
    path.write_text(introspection())
    operations = "query A($of: String) { thing(of: $of) { id } }"
    files = compile_package(read_sources([path]), [SourceFile("o.graphql", operations)])
    assert "id: Kind | None" in files["_operations/a.py"]

"""Schemas downloaded from servers of any age, over real HTTP."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from graphql import (
    build_schema,
    graphql_sync,
    introspection_from_schema,
    lexicographic_sort_schema,
    print_schema,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backchannel.cli import main
from backchannel.codegen import CompileError
from backchannel.codegen.schemas.introspection import introspection_sdl
from backchannel.codegen.schemas.pull import pull_schema
from backchannel.errors import ReplyTooLarge
from backchannel.graphql.client import GraphQLClient
from backchannel.local.glimesh import LocalGlimesh
from backchannel.wire.rules import Limits
from support.site import Site

ROOT = Path(__file__).parents[2]

NEW = '''
"""All there is."""
schema { query: Root mutation: Change }

"""Marks."""
directive @mark(weight: Int = 1) repeatable on FIELD_DEFINITION | OBJECT

interface Node { id: ID! }
interface Named implements Node { id: ID! name: String }

"""
Of "quotes", back\\\\slashes

  and indented lines.
"""
type Root implements Named & Node {
  name: String @deprecated
  id: ID!
  find(
    """What."""
    by: By!
    limit: Int = 5 @deprecated(reason: "Say \\"first\\".")
    tags: [[String!]!]! = [["a", "b"], []]
    sort: Order = {field: NAME, options: true}
  ): [Found!]
}

type Change { reset: Boolean }
type Mutation { reset: Boolean }
union Found = Root | Change
input By @oneOf { name: String id: ID }
input Order { field: Field! = ID options: JSON = 2.5 }
enum Field { NAME ID OLD @deprecated(reason: "Gone.") }
scalar JSON @specifiedBy(url: "https://example.org/json")
'''


def normalized(text: str) -> str:
    return print_schema(lexicographic_sort_schema(build_schema(text)))


@pytest.fixture(scope="module")
def shared_site() -> Iterator[Site]:
    with Site() as site:
        yield site


Served = Callable[[Callable[[str], object]], Site]


@pytest.fixture
def served(shared_site: Site) -> Served:
    """A site that answers each document as a function says."""

    def serve(answer: Callable[[str], object]) -> Site:
        async def endpoint(request: Request) -> Response:
            reply = answer((await request.json())["query"])
            return reply if isinstance(reply, Response) else JSONResponse(reply)

        shared_site.begin(Starlette(routes=[Route("/graphql", endpoint, methods=["POST"])]))
        return shared_site

    return serve


def executed(document: str) -> object:
    return graphql_sync(build_schema(NEW), document).formatted


@pytest.fixture
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "BACKCHANNEL_SCHEMA_TOKEN",
        "GLIMESH_TOKEN",
        "GLIMESH_CLIENT_ID",
        "GLIMESH_URL",
    ):
        monkeypatch.delenv(name, raising=False)


pytestmark = pytest.mark.usefixtures("no_credentials")


@pytest.mark.parametrize(
    "credential", [["--token", "tok-viewer"], ["--header", "Authorization: Bearer tok-viewer"]]
)
def test_an_absinthe_server_gives_the_schema_it_runs(tmp_path: Path, credential: list[str]) -> None:
    output = tmp_path / "pulled.graphql"
    with LocalGlimesh() as server:
        url = f"{server.url}/api/graph"
        assert main(["schema", "pull", url, *credential, "-o", str(output)]) == 0
    pulled = output.read_text()
    assert normalized(pulled) == normalized((ROOT / "schema" / "glimesh.graphql").read_text())
    definitions = [line for line in pulled.splitlines() if line.startswith(("type ", "enum "))]
    assert definitions
    assert definitions == sorted(definitions, key=lambda line: line.split()[1])


def test_a_new_server_gives_all_that_introspection_has(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    site = served(executed)
    assert main(["schema", "pull", f"{site.url}/graphql"]) == 0
    pulled = capsys.readouterr().out
    assert len(site.requests) == 1
    for part in (
        "input By @oneOf",
        '@specifiedBy(url: "https://example.org/json")',
        'limit: Int = 5 @deprecated(reason: "Say \\"first\\".")',
        "directive @mark(weight: Int = 1) repeatable on FIELD_DEFINITION | OBJECT",
        '"""All there is."""\nschema {\n  query: Root\n  mutation: Change\n}',
        "sort: Order = {field: NAME, options: true}",
    ):
        assert part in pulled
    first = introspection_from_schema(build_schema(NEW), input_value_deprecation=True)
    again = introspection_from_schema(build_schema(pulled), input_value_deprecation=True)
    assert introspection_sdl(json.dumps(again), "a") == introspection_sdl(json.dumps(first), "b")


def test_what_comes_is_the_same_whatever_the_order_of_the_server(served: Served) -> None:
    def reversed_reply(document: str) -> object:
        reply = json.loads(json.dumps(executed(document)))
        schema = reply["data"]["__schema"]
        for each in (schema, *schema["types"], *schema["directives"]):
            for value in each.values():
                if isinstance(value, list):
                    value.reverse()
        return reply

    pulled = []
    for answer in (executed, reversed_reply):
        with GraphQLClient(f"{served(answer).url}/graphql") as client:
            pulled.append(pull_schema(client, "schema"))
    assert pulled[0] == pulled[1]


@pytest.mark.parametrize(
    ("lacking", "messages", "requests"),
    [
        (["isOneOf"], ["Field 'isOneOf' in type '__Type' is undefined"], 2),
        (["specifiedByURL", "isOneOf"], ["no specifiedByURL", "no isOneOf"], 2),
        (["isRepeatable"], ["Cannot query field isRepeatable on type __Directive"], 2),
        (["isOneOf"], ["Bad document."], 2),  # does not say why
    ],
)
def test_what_the_server_says_it_lacks_is_not_asked_again(
    served: Served, lacking: list[str], messages: list[str], requests: int
) -> None:
    def old(document: str) -> object:
        if any(word in document for word in lacking):
            return JSONResponse({"errors": [{"message": text} for text in messages]}, 400)
        return executed(document)

    site = served(old)
    with GraphQLClient(f"{site.url}/graphql") as client:
        assert "type Change" in pull_schema(client, "schema")
    assert len(site.requests) == requests


def test_a_server_without_introspection_is_told_as_it_says(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    site = served(lambda _: {"errors": [{"message": "Introspection is disabled."}]})
    assert main(["schema", "pull", f"{site.url}/graphql"]) == 1
    assert capsys.readouterr().err == "backchannel schema: Introspection is disabled.\n"


@pytest.mark.parametrize(
    ("environment", "options", "sent"),
    [
        ({}, [], None),
        ({}, ["--token", "t1"], "Bearer t1"),
        ({}, ["--client-id", "c1"], "Client-ID c1"),
        ({"BACKCHANNEL_SCHEMA_TOKEN": "t2"}, [], "Bearer t2"),
        ({"BACKCHANNEL_SCHEMA_TOKEN": "t2"}, ["--token", "t1"], "Bearer t1"),
        ({"BACKCHANNEL_SCHEMA_TOKEN": "t2"}, ["--header", "authorization: x"], "x"),
        ({"GLIMESH_TOKEN": "t3"}, [], None),  # of another server
        ({"GLIMESH_TOKEN": "t3", "GLIMESH_URL": "{url}"}, [], "Bearer t3"),
        ({"GLIMESH_CLIENT_ID": "c3", "GLIMESH_URL": "{url}/"}, [], "Client-ID c3"),
    ],
)
def test_where_the_credential_comes_from(
    served: Served,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    environment: dict[str, str],
    options: list[str],
    sent: str | None,
) -> None:
    site = served(executed)
    for name, value in environment.items():
        monkeypatch.setenv(name, value.format(url=site.url))
    assert main(["schema", "pull", f"{site.url}/graphql", *options]) == 0
    assert site.requests[0].headers.get("authorization") == sent
    capsys.readouterr()


def test_mistakes_of_the_user_are_told_without_what_is_secret(
    tmp_path: Path, served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"{served(executed).url}/graphql"
    for options in (
        ["http://example.org/graphql", "--token", "tok-hidden"],
        [url, "--header", "tok-hidden"],
        [url, "--token", "tok-hidden\n"],
        ["nowhere", "--token", "tok-hidden"],
        [url, "--token", "tok-hidden", "-o", str(tmp_path / "no" / "directory")],
    ):
        assert main(["schema", "pull", *options]) == 2
        said = capsys.readouterr().err
        assert said.startswith("backchannel schema: ")
        assert "tok-hidden" not in said


def hostile(change: Callable[[dict[str, object]], object]) -> Callable[[str], object]:
    """Answers with an introspection that was tampered with: `change` gets its `Root` type."""

    def answer(document: str) -> object:
        reply = deepcopy(executed(document))
        [root] = (each for each in reply["data"]["__schema"]["types"] if each["name"] == "Root")
        change(root)
        return reply

    return answer


def deep() -> dict[str, object]:
    reference: dict[str, object] = {"kind": "SCALAR", "name": "ID"}
    for _ in range(200):
        reference = {"kind": "LIST", "ofType": reference}
    return reference


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda root: root.update(name='X"""\nimport os'), ".name`"),
        (lambda root: root["fields"][0].update(name="a b"), "$.__schema.types"),
        (lambda root: root["fields"][0].update(name="a\n"), "$.__schema.types"),
        (lambda root: root["fields"][0].update(name="__a"), "must not begin with '__'"),
        (lambda root: root.update(fields=7), "Expected `array | null`, got `int`"),
        (lambda root: root.update(fields=None), "lacks the list"),
        (lambda root: root.update(fields=[]), "Syntax Error"),
        (lambda root: root.update(kind="NOTHING"), "Invalid enum value 'NOTHING'"),
        (lambda root: root["fields"].append(root["fields"][0]), "can only be defined once"),
        (lambda root: root["fields"][0].update(type={"kind": "LIST"}), "more lists"),
        (lambda root: root["fields"][0].update(type={"kind": "OBJECT", "name": "No"}), "'No'"),
        (
            lambda root: root["fields"][2]["args"][1].update(defaultValue="1) : Int }"),
            "Syntax Error",
        ),
        (lambda root: root.update(description=["a"]), "Expected `str | null`"),
    ],
)
def test_an_introspection_that_is_none_is_refused(
    served: Served,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[dict[str, object]], object],
    said: str,
) -> None:
    site = served(hostile(change))
    assert main(["schema", "pull", f"{site.url}/graphql"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert "Traceback" not in told.err


def test_depth_and_size_have_limits(served: Served) -> None:
    site = served(hostile(lambda root: root["fields"][0].update(type=deep())))
    with (
        GraphQLClient(f"{site.url}/graphql", limits=Limits(max_reply_bytes=10_000)) as client,
        pytest.raises(ReplyTooLarge),
    ):
        pull_schema(client, "schema")
    with pytest.raises(CompileError, match="not the JSON of an introspection"):
        introspection_sdl('{"data": ' + '{"__schema": [' * 100_000, "deep.json")


def test_texts_stay_texts(served: Served) -> None:
    evil = '"""\ntype Evil { a: Int }\n"""\u2028\\ \x00 """'

    def change(root: dict[str, object]) -> None:
        root["description"] = evil
        root["fields"][0] |= {"isDeprecated": True, "deprecationReason": evil}

    with GraphQLClient(f"{served(hostile(change)).url}/graphql") as client:
        schema = build_schema(pull_schema(client, "schema"))
    assert "Evil" not in schema.type_map
    assert schema.type_map["Root"].description == evil
    reasons = [field.deprecation_reason for field in schema.type_map["Root"].fields.values()]
    assert evil in reasons


@pytest.mark.parametrize("wrapped", [True, False])
def test_the_json_of_an_introspection_is_a_schema(wrapped: bool) -> None:
    data = introspection_from_schema(build_schema("type Query { a: Int }"))
    text = json.dumps({"data": data} if wrapped else data)
    assert introspection_sdl(text, "schema.json") == "type Query {\n  a: Int\n}\n"


def test_a_file_of_introspection_json_stands_for_a_schema_anywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = "type Query { a: Int! }"
    (tmp_path / "old.json").write_text(
        json.dumps(introspection_from_schema(build_schema("type Query { a: Int }")))
    )
    (tmp_path / "new.graphql").write_text(new)
    (tmp_path / "q.graphql").write_text("query Q { a }")
    old, later, queries = (
        str(tmp_path / name) for name in ("old.json", "new.graphql", "q.graphql")
    )
    assert main(["schema", "diff", old, later, "--queries", queries]) == 0
    assert "Q: becomes non-null: Query.a" in capsys.readouterr().out
    (tmp_path / "old.json").write_text("{}")
    assert main(["schema", "diff", old, later, "--queries", queries]) == 2
    assert "old.json: not the JSON of an introspection" in capsys.readouterr().err


def test_defaults_of_scalars_may_be_objects() -> None:
    data = introspection_from_schema(build_schema("scalar J type Query { a(j: J = 1): Int }"))
    [query] = (each for each in data["__schema"]["types"] if each["name"] == "Query")
    query["fields"][0]["args"][0]["defaultValue"] = "{deep: [1, {on: null}]}"
    assert "a(j: J = {deep: [1, {on: null}]}): Int" in introspection_sdl(json.dumps(data), "s")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"data": null}', "type Query { a: Int }"])
def test_other_json_is_refused_with_the_path(text: str) -> None:
    with pytest.raises(CompileError, match=r"^schema\.json: not the JSON of an introspection"):
        introspection_sdl(text, "schema.json")

"""One tree of errors, and three questions that each of them answers."""

import copy
import importlib
import inspect
import pickle
import pkgutil
import re

import pytest

import backchannel
from backchannel import errors
from backchannel.errors import BackchannelError, Fault, Outcome
from backchannel.glimesh import errors as glimesh_errors
from backchannel.glimesh import oauth
from backchannel.graphql.reply import GraphQLErrorEntry
from backchannel.wire.messages import Response

RESPONSE = Response(status=500, headers={}, body=b"")
ENTRIES = [GraphQLErrorEntry(message="m")]
GRAPHQL = {"message": "m", "errors": ENTRIES, "data": None}
OAUTH = {"message": "m", "error": "e", "description": "d"}

# How each error is made, and what it answers after a call that only reads:
# whose fault, and whether to try again.
ANSWERS: dict[type[BackchannelError], tuple[dict[str, object], Fault, bool]] = {
    errors.BackchannelError: ({"message": "m"}, Fault.CALLER, False),
    errors.LocalError: ({"message": "m"}, Fault.CALLER, False),
    errors.ConfigurationError: ({"message": "m"}, Fault.CALLER, False),
    errors.InvalidInput: ({"argument": "a", "limit": "l", "given": "g"}, Fault.CALLER, False),
    errors.AddressError: ({"text": "t", "position": 1, "reason": "r"}, Fault.CALLER, False),
    errors.Unsupported: ({"message": "m"}, Fault.CALLER, False),
    errors.TransportError: ({"message": "m"}, Fault.NETWORK, True),
    errors.ConnectError: ({"message": "m"}, Fault.NETWORK, True),
    errors.TransportTimeout: ({"message": "m"}, Fault.NETWORK, True),
    errors.ConnectionLost: ({"message": "m"}, Fault.NETWORK, True),
    errors.ReplyError: ({"message": "m"}, Fault.SERVER, False),
    errors.RedirectRefused: ({"message": "m", "target": "t"}, Fault.SERVER, False),
    errors.ReplyTooLarge: ({"message": "m"}, Fault.SERVER, False),
    errors.MalformedReply: ({"message": "m"}, Fault.SERVER, False),
    errors.ServerFailure: (
        {"message": "m", "response": RESPONSE, "outcome": Outcome.NOT_SENT},
        Fault.SERVER,
        True,
    ),
    errors.RefusedError: ({"message": "m"}, Fault.CALLER, False),
    errors.AuthenticationError: ({"message": "m"}, Fault.CALLER, False),
    errors.PermissionDenied: ({"message": "m"}, Fault.CALLER, False),
    errors.NotFound: ({"message": "m"}, Fault.CALLER, False),
    errors.RateLimited: ({"message": "m", "retry_after": 7.0}, Fault.CALLER, True),
    errors.ApiError: ({"message": "m", "code": "c", "details": {"a": 1}}, Fault.CALLER, False),
    errors.GraphQLError: (GRAPHQL, Fault.CALLER, False),
    **{
        getattr(glimesh_errors, name): (GRAPHQL, Fault.CALLER, False)
        for name in glimesh_errors.__all__
        if name != "refine"
    },
    oauth.OAuthError: (OAUTH, Fault.CALLER, False),
    oauth.InvalidClient: (OAUTH, Fault.CALLER, False),
    oauth.InvalidGrant: (OAUTH, Fault.CALLER, False),
    oauth.InvalidScope: (OAUTH, Fault.CALLER, False),
    oauth.InvalidRequest: (OAUTH, Fault.CALLER, False),
    oauth.UnsupportedGrantType: (OAUTH, Fault.CALLER, False),
    oauth.AccessDenied: (OAUTH, Fault.CALLER, False),
}
CLASSES = {
    name: value
    for name, value in vars(errors).items()
    if inspect.isclass(value) and issubclass(value, BackchannelError)
}


def drawn_tree() -> dict[str, str | None]:
    """The parent of each class, as the module's docstring draws it."""
    parents: dict[str, str | None] = {}
    path: list[str] = []
    for indent, name in re.findall(r"^    ([ │├└─]*)(\w+)", errors.__doc__ or "", re.MULTILINE):
        depth = len(indent) // 4
        del path[depth:]
        parents[name] = path[-1] if path else None
        path.append(name)
    return parents


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    assert drawn_tree() == {
        name: None if kind is BackchannelError else kind.__bases__[0].__name__
        for name, kind in CLASSES.items()
    }


def test_all_that_is_public_is_exported() -> None:
    defined = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and value.__module__ == errors.__name__
    }
    assert sorted(errors.__all__) == sorted(name for name in defined if name[0] != "_")


def test_the_table_below_leaves_no_error_out() -> None:
    assert set(CLASSES.values()) <= ANSWERS.keys()


def make(kind: type[BackchannelError], **more: object) -> BackchannelError:
    return kind(**(ANSWERS[kind][0] | more))


@pytest.mark.parametrize("kind", ANSWERS)
def test_each_error_says_whose_fault_it_was_and_whether_to_try_again(
    kind: type[BackchannelError],
) -> None:
    _, fault, retry_safe = ANSWERS[kind]
    error = make(kind)
    assert error.fault is fault
    assert error.outcome is Outcome.NOT_SENT
    assert not error.may_have_happened
    assert error.retry_safe is retry_safe
    assert kind.__doc__


@pytest.mark.parametrize("outcome", [Outcome.SENT, Outcome.UNKNOWN])
@pytest.mark.parametrize(
    "kind",
    [kind for kind in ANSWERS if "outcome" in inspect.signature(kind).parameters],
)
def test_what_may_have_happened_is_never_repeated(
    kind: type[BackchannelError], outcome: Outcome
) -> None:
    error = make(kind, outcome=outcome)
    assert error.outcome is outcome
    assert error.may_have_happened
    assert not error.retry_safe


def test_an_error_found_here_was_never_sent() -> None:
    for kind in (errors.InvalidInput, errors.AddressError):
        assert "outcome" not in inspect.signature(kind).parameters
        assert issubclass(kind, ValueError)


@pytest.mark.parametrize("again", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])
@pytest.mark.parametrize("kind", ANSWERS)
def test_an_error_can_be_copied_and_sent_to_another_process(
    kind: type[BackchannelError], again: object
) -> None:
    error = make(kind)
    other = again(error)
    assert type(other) is kind
    assert (str(other), vars(other)) == (str(error), vars(error))


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (errors.InvalidInput, "a: l; given: g"),
        (errors.AddressError, "'t' is no address: r (at character 1)"),
    ],
)
def test_the_message_of_bad_input(kind: type[BackchannelError], message: str) -> None:
    assert str(make(kind)) == message


def test_the_package_exports_what_it_says() -> None:
    assert sorted(backchannel.__all__) == sorted([*backchannel._HOMES, "__version__"])
    assert dir(backchannel) == sorted(backchannel.__all__)
    for name, home in backchannel._HOMES.items():
        value = getattr(backchannel, name)
        assert value is getattr(importlib.import_module(f"backchannel.{home}"), name)
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", backchannel.__version__)
    with pytest.raises(AttributeError, match="nope"):
        _ = backchannel.nope


def test_a_name_in_all_is_a_name_of_the_module() -> None:
    for module in pkgutil.walk_packages(backchannel.__path__, "backchannel."):
        if module.name.endswith("__main__"):
            continue
        loaded = importlib.import_module(module.name)
        for name in getattr(loaded, "__all__", ()):
            assert hasattr(loaded, name), f"{module.name}.{name}"

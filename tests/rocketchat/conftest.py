"""Both clients behind one way to call them, and flows played without a network."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from backchannel.drive import AsyncDriver, Chance, Driver, Item, Pause
from backchannel.errors import BackchannelError
from backchannel.local.rocketchat import Account, LocalRocketChat
from backchannel.local.rocketchat.seed import BOT
from backchannel.rocketchat import AsyncRocketChat, PersonalToken, RocketChat
from backchannel.rocketchat.session import Session
from backchannel.wire.budget import RetryBudget
from backchannel.wire.messages import Request, Response
from backchannel.wire.retry import RetryPolicy

QUICKLY = RetryPolicy(base=0.001, cap=0.001)
NOW = 1_800_000_000.0


_GROUPS = ("messages", "rooms", "files")


class Caller:
    """A client whose methods return values, whichever of the two it is; so do its groups'."""

    def __init__(self, client: RocketChat | AsyncRocketChat, runner: asyncio.Runner) -> None:
        self.client = client
        self._runner = runner

    def __getattr__(self, name: str) -> Callable[..., object] | Caller:
        if name in _GROUPS:
            return Caller(getattr(self.client, name), self._runner)

        def call(*arguments: object, **named: object) -> object:
            return self._value(getattr(self.client, name)(*arguments, **named))

        return call

    def drive(self, action: Callable[[Driver | AsyncDriver], object]) -> object:
        """What an action on the client's driver comes to."""
        return self._value(action(self.client.driver))

    def _value(self, result: object) -> object:
        if hasattr(result, "__aiter__"):
            return self._runner.run(_collect(result))
        if inspect.isawaitable(result):
            return self._runner.run(_wait(result))
        return list(result) if isinstance(result, Iterator) else result


async def _wait(awaitable):
    return await awaitable


async def _collect(items):
    return [item async for item in items]


@pytest.fixture(params=["blocking", "async"])
def connect(request: pytest.FixtureRequest) -> Iterator[Callable[..., Caller]]:
    """Makes a client of either kind for an account, the bot unless another is named."""
    kind = RocketChat if request.param == "blocking" else AsyncRocketChat
    callers: list[Caller] = []
    with asyncio.Runner() as runner:

        def connect(url: str, account: Account = BOT, **options: object) -> Caller:
            options.setdefault("retry", QUICKLY)
            if "credentials" not in options:
                options |= {"user_id": account.user_id, "auth_token": account.token}
            client = kind(url, **options)
            callers.append(Caller(client, runner))
            return callers[-1]

        connect.kind = kind
        yield connect
        for caller in callers:
            caller.close()


@pytest.fixture(params=[3, 7, 8])
def any_server(request: pytest.FixtureRequest) -> Iterator[LocalRocketChat]:
    """A server of each age."""
    with LocalRocketChat(age=request.param) as server:
        yield server


@pytest.fixture
def server() -> Iterator[LocalRocketChat]:
    with LocalRocketChat() as server:
        yield server


@pytest.fixture
def session() -> Session:
    """A session whose clock stands still."""
    return Session(
        url="https://chat.example.org",
        credentials=PersonalToken("me", "t0ken"),
        retry=RetryPolicy(base=1.0),
        budget=RetryBudget(100.0),
        chance=Chance(monotonic=lambda: 0.0, draw=lambda: 0.0, now=lambda: NOW),
        new_id=lambda: "new-id",
    )


@dataclass
class Played:
    """What a flow did: the requests it made, its pauses, the items it handed out."""

    requests: list[Request] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    items: list[object] = field(default_factory=list)
    result: object = None
    error: BackchannelError | None = None


@pytest.fixture
def play() -> Callable[..., Played]:
    """Plays a flow: each answer is a Response, or an error that the transport raises.

    A single callable answers every request instead.
    """

    def play(flow: Generator, *answers: object) -> Played:
        played, script = Played(), iter(answers)
        answer_all = answers[0] if len(answers) == 1 and callable(answers[0]) else None
        try:
            step = next(flow)
            while True:
                if isinstance(step, Item):
                    played.items.append(step.value)
                    step = next(flow)
                elif isinstance(step, Pause):
                    played.pauses.append(step.seconds)
                    step = flow.send(None)
                else:
                    played.requests.append(step)
                    answer = answer_all(step) if answer_all else next(script)
                    is_error = isinstance(answer, BackchannelError)
                    step = flow.throw(answer) if is_error else flow.send(answer)
        except StopIteration as end:
            played.result = end.value
        except BackchannelError as error:
            played.error = error
        assert answer_all or next(script, None) is None, "the flow ended before its script"
        return played

    return play


@pytest.fixture
def reply() -> Callable[..., Response]:
    """Makes a response of a status and a body, JSON unless it is bytes."""

    def reply(status: int, body: object = b"", /, **headers: str) -> Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = {} if isinstance(body, bytes) else {"content-type": "application/json"}
        return Response(status=status, headers={**kind, **named}, body=raw)

    return reply


@pytest.fixture(scope="session")
def page() -> dict:
    """The examples of the documentation page of chat.sendMessage."""
    path = Path(__file__).parents[1] / "data" / "chat-send-message.json"
    return json.loads(path.read_text("utf-8"))

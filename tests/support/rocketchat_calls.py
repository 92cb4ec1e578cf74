"""Plain HTTP to a local Rocket.Chat server: no client of ours in between."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import requests

from backchannel.local.rocketchat.seed import ALICE, GENERAL, Account

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
METEOR_ID = re.compile(r"[2-9A-HJ-NP-TW-Za-kmnp-zo]{17}")


@dataclass
class Caller:
    """Calls by an account, alice unless another is named; None is nobody."""

    url: str
    session: requests.Session

    def request(
        self, method: str, path: str, account: Account | None = ALICE, **arguments: object
    ) -> requests.Response:
        headers = dict(arguments.pop("headers", None) or {})
        if account is not None:
            headers |= {"X-Auth-Token": account.token, "X-User-Id": account.user_id}
        return self.session.request(
            method, f"{self.url}/api/v1/{path}", headers=headers, timeout=10, **arguments
        )

    def get(self, path: str, account: Account | None = ALICE, **query: str) -> requests.Response:
        return self.request("GET", path, account, params=query)

    def post(self, path: str, body: object, account: Account | None = ALICE) -> requests.Response:
        return self.request("POST", path, account, json=body)

    def send(self, account: Account | None = ALICE, **message: object) -> requests.Response:
        """Post a message, into GENERAL unless it says otherwise."""
        message.setdefault("rid", GENERAL)
        return self.post("chat.sendMessage", {"message": message}, account)

    def sent(self, account: Account = ALICE, **message: object) -> dict[str, object]:
        """The stored message."""
        response = self.send(account, **message)
        assert response.status_code == 200, response.text
        return response.json()["message"]


class Clock:
    """A clock that goes on only when told."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now

    def iso(self) -> str:
        moment = datetime.fromtimestamp(self.now, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def assert_refused(response: requests.Response, code: int, /, **body: object) -> None:
    """The reply has this status and exactly this body."""
    assert (response.status_code, response.json()) == (code, body)

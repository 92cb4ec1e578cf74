"""An application of the local Glimesh site, its logins, and what was asked of the token endpoint."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from backchannel.drive import Chance
from backchannel.local.glimesh import World
from backchannel.local.glimesh.world import AccessToken
from support.site import Asked, Site

CLIENT_ID = "11111111-2222-4333-8444-555555555555"
CLIENT_SECRET = "sim-secret"
TOKEN_PATH = "/api/oauth/token"
VIEWER = 3


class Clocks:
    """Both clocks of a client, which stand still until they are moved."""

    def __init__(self) -> None:
        self.ticks = 1000.0
        self.wall = 1_700_000_000.0

    @property
    def chance(self) -> Chance:
        return Chance(monotonic=lambda: self.ticks, draw=lambda: 0.0, now=lambda: self.wall)


def log_in(world: World, refresh_token: str, *, user_id: int = VIEWER) -> AccessToken:
    """Have the site know a refresh token, as after a login; its access token is over."""
    now = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    return world.tokens.add(
        AccessToken(
            id=world.tokens.next_id(),
            value=f"access-of-{refresh_token}",
            refresh_token=refresh_token,
            user_id=user_id,
            scope="public chat",
            client_id=CLIENT_ID,
            expires_at=now - timedelta(seconds=1),
            inserted_at=now,
            updated_at=now,
        )
    )


def end_tokens(world: World) -> None:
    """Take back every access token of the application; refresh tokens stay."""
    for row in world.tokens:
        if row.client_id == CLIENT_ID:
            row.expires_at = row.inserted_at


def asked_for_tokens(site: Site) -> list[dict[str, str]]:
    """The fields of each request to the token endpoint."""
    return [fields(asked) for asked in site.requests if asked.path == TOKEN_PATH]


def fields(asked: Asked) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}


def granted(access_token: str, **more: object) -> bytes:
    """A reply of the token endpoint."""
    return json.dumps({"access_token": access_token, "token_type": "bearer", **more}).encode()

"""/api/oauth/token: tokens by client credentials and by refresh token."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from backchannel.local.glimesh.http import Parameters, RaisedError, json_response
from backchannel.local.glimesh.schema import naive_time
from backchannel.local.glimesh.world import SCOPES, AccessToken, OAuthApp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.responses import Response

    from backchannel.local.glimesh.world import World

LIFETIME = timedelta(hours=24)
REFRESH_LIFETIME = timedelta(days=30)


class OAuthError(Exception):
    """A refusal with the words of RFC 6749."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error


def token(parameters: Parameters, world: World, clock: Callable[[], datetime]) -> Response:
    """The reply of the token endpoint; parameters may be in the query string or the body."""
    fields = {key: value for key, value in parameters.fields.items() if isinstance(value, str)}
    if "client_id" not in fields:
        raise RaisedError(400, cors=True)
    try:
        granted = _grant(fields, world, clock().replace(microsecond=0))
    except OAuthError as error:
        body = {"error": error.error, "error_description": str(error)}
        return json_response(body, error.status)
    return json_response(
        {
            "access_token": granted.value,
            "created_at": naive_time(granted.inserted_at),
            "expires_in": int(LIFETIME.total_seconds()),
            "refresh_token": granted.refresh_token,
            "scope": granted.scope,
            "token_type": "bearer",
        }
    )


def _grant(fields: dict[str, str], world: World, now: datetime) -> AccessToken:
    grant_type = fields.get("grant_type")
    app = next((row for row in world.apps if row.client_id == fields["client_id"]), None)
    secret = fields.get("client_secret")
    # Applications of this site may refresh without their secret, but not with a wrong one.
    if app is None or secret != (app.secret if secret or grant_type != "refresh_token" else None):
        raise OAuthError(401, "invalid_client", "Invalid client_id or client_secret.")
    if grant_type == "client_credentials":
        return _issue(world, app, app.owner_id, fields.get("scope", ""), now)
    if grant_type == "refresh_token":
        return _refresh(world, app, fields.get("refresh_token", ""), now)
    if grant_type == "authorization_code":
        # Codes come from a page that a person clicks on, which is not served here.
        raise OAuthError(
            400, "invalid_grant", "Given authorization code is invalid, revoked, or expired."
        )
    raise OAuthError(400, "unsupported_grant_type", "Client do not support given grant type.")


def _refresh(world: World, app: OAuthApp, refresh_token: str, now: datetime) -> AccessToken:
    for row in world.tokens:
        if (
            row.refresh_token == refresh_token
            and row.client_id == app.client_id
            and not row.revoked
            and now - row.inserted_at < REFRESH_LIFETIME
        ):
            row.refresh_token = None
            return _issue(world, app, row.user_id, row.scope, now)
    raise OAuthError(400, "invalid_grant", "Given refresh token is invalid, revoked, or expired.")


def _issue(world: World, app: OAuthApp, user_id: int, scope: str, now: datetime) -> AccessToken:
    if not set(scope.split()) <= SCOPES:
        raise OAuthError(400, "invalid_scope", "Given scopes are unknown or unauthorized.")
    return world.tokens.add(
        AccessToken(
            id=world.tokens.next_id(),
            value=secrets.token_hex(32),
            refresh_token=secrets.token_hex(32),
            user_id=user_id,
            scope=scope,
            client_id=app.client_id,
            expires_at=now + LIFETIME,
            inserted_at=now,
            updated_at=now,
        )
    )

"""/api/oauth/token: an access token for an application's secret, a code, or a refresh token."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from backchannel.local.glimesh.http import Parameters, json_response
from backchannel.local.glimesh.oauth.requests import (
    OAuthError,
    app_for_redirect,
    authenticate,
    invalid_grant,
    texts,
)
from backchannel.local.glimesh.schema import naive_time
from backchannel.local.glimesh.world import SCOPES, AccessToken, AuthorizationCode

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.responses import Response

    from backchannel.local.glimesh.site import Site
    from backchannel.local.glimesh.world import World

LIFETIME: Final = timedelta(hours=24)
REFRESH_LIFETIME: Final = timedelta(days=30)
CODE_LIFETIME: Final = timedelta(seconds=60)


def token(parameters: Parameters, site: Site) -> Response:
    """The reply of the token endpoint."""
    fields = texts(parameters)
    site.token_requests[fields.get("grant_type", "")] += 1
    try:
        granted = _grant(fields, site.world, site.clock().replace(microsecond=0))
    except OAuthError as error:
        return error.response()
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


def issue(world: World, client_id: str, user_id: int, scope: str, now: datetime) -> AccessToken:
    """A new token, with a refresh token."""
    return world.tokens.add(
        AccessToken(
            id=world.tokens.next_id(),
            value=secrets.token_hex(32),
            refresh_token=secrets.token_hex(32),
            user_id=user_id,
            scope=scope,
            client_id=client_id,
            expires_at=now + LIFETIME,
            inserted_at=now,
            updated_at=now,
        )
    )


def check_scope(scope: str, known: frozenset[str] = SCOPES) -> str:
    """`scope`, when it names what is `known`, or nothing."""
    if not known.issuperset(scope.split()):
        raise OAuthError(400, "invalid_scope", "Given scopes are unknown or unauthorized.")
    return scope


def _grant(fields: dict[str, str], world: World, now: datetime) -> AccessToken:
    match fields.get("grant_type"):
        case "authorization_code":
            return _by_code(fields, world, now)
        case "refresh_token":
            return _by_refresh_token(fields, world, now)
        case "client_credentials":
            app = authenticate(world, fields)
            scope = check_scope(fields.get("scope", ""))
            return issue(world, app.client_id, app.owner_id, scope, now)
        case _:
            authenticate(world, fields)
            raise OAuthError(
                400, "unsupported_grant_type", "Client do not support given grant type."
            )


def _by_refresh_token(fields: dict[str, str], world: World, now: datetime) -> AccessToken:
    """Good once; applications of this site need no secret for it."""
    app = authenticate(world, fields, public=True)
    given = fields.get("refresh_token")
    for row in world.tokens:
        if (
            given is not None
            and row.refresh_token == given
            and row.client_id == app.client_id
            and not row.revoked
            and now - row.inserted_at < REFRESH_LIFETIME
        ):
            scope = check_scope(fields.get("scope", row.scope), frozenset(row.scope.split()))
            row.refresh_token = None
            return issue(world, app.client_id, row.user_id, scope, now)
    raise invalid_grant("refresh token")


def _by_code(fields: dict[str, str], world: World, now: datetime) -> AccessToken:
    """Good once, for the application and the address it was given to; no secret is asked for."""
    app = app_for_redirect(world, fields)
    for code in world.codes:
        if (
            code.value == fields.get("code")
            and code.client_id == app.client_id
            and code.redirect_uri == fields["redirect_uri"]
            and now - code.inserted_at < CODE_LIFETIME
        ):
            if not _verifies(fields.get("code_verifier", ""), code):
                raise OAuthError(400, "invalid_request", "Code verifier is invalid.")
            world.codes.remove(code)
            return issue(world, app.client_id, code.user_id, code.scope, now)
    raise invalid_grant("authorization code")


def _verifies(verifier: str, code: AuthorizationCode) -> bool:
    """Whether this is what the login's challenge was made of; without one, anything is."""
    if code.challenge is None:
        return True
    if code.method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        verifier = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return verifier == code.challenge

"""/api/oauth/revoke and /api/oauth/introspect: what becomes of a token, and what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from backchannel.local.glimesh.http import Parameters, json_response
from backchannel.local.glimesh.oauth.requests import OAuthError, authenticate, texts

if TYPE_CHECKING:
    from backchannel.local.glimesh.site import Site
    from backchannel.local.glimesh.world import AccessToken, World


def revoke(parameters: Parameters, site: Site) -> Response:
    """Take an access token back, or a refresh token; one that is unknown needs no taking."""
    fields = texts(parameters)
    try:
        app = authenticate(site.world, fields)
    except OAuthError as error:
        return error.response()
    given = fields.get("token", "")
    row = _find(site.world, given)
    if row is not None and row.client_id == app.client_id:
        if row.refresh_token == given:
            row.refresh_token = None
        else:
            row.revoked = True
    return Response(status_code=200, headers={"access-control-allow-origin": "*"})


def introspect(parameters: Parameters, site: Site) -> Response:
    """What a token is good for, in the words of RFC 7662; nothing of one that is not."""
    fields = texts(parameters)
    try:
        authenticate(site.world, fields)
    except OAuthError as error:
        return error.response()
    row = _find(site.world, fields.get("token", ""))
    now = site.clock()
    owner = None if row is None else site.world.users.get(row.user_id)
    if (
        row is None
        or owner is None
        or row.revoked
        or (row.expires_at is not None and row.expires_at <= now)
    ):
        return json_response({"active": False})
    return json_response(
        {
            "active": True,
            "client_id": row.client_id,
            "exp": None if row.expires_at is None else int(row.expires_at.timestamp()),
            "iat": int(row.inserted_at.timestamp()),
            "iss": "boruta",
            "scope": row.scope,
            "sub": str(owner.id),
            "username": owner.username,
        }
    )


def _find(world: World, value: str) -> AccessToken | None:
    return next(
        (row for row in world.tokens if value and value in {row.value, row.refresh_token}), None
    )

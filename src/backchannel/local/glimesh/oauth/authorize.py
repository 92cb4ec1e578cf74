"""/oauth/authorize: the page where a user lets an application act for him."""

from __future__ import annotations

import secrets
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

from starlette.responses import HTMLResponse, RedirectResponse

from backchannel.local.glimesh.http import Parameters, RaisedError
from backchannel.local.glimesh.oauth.grants import LIFETIME, check_scope, issue
from backchannel.local.glimesh.oauth.requests import OAuthError, app_for_redirect, texts
from backchannel.local.glimesh.world import AuthorizationCode, User

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.responses import Response

    from backchannel.local.glimesh.site import Site
    from backchannel.local.glimesh.world import OAuthApp, World


def authorize(parameters: Parameters, site: Site) -> Response:
    """The page, or the redirect that follows it; errors go where the user came from.

    Not so when that place is none of the application's: then they are shown here.
    """
    fields = texts(parameters)
    try:
        app = app_for_redirect(site.world, fields)
    except OAuthError as error:
        return HTMLResponse(f"<p>{escape(str(error))}</p>", error.status)
    back = fields["redirect_uri"]
    in_fragment = fields.get("response_type") == "token"
    try:
        answer = _answer(fields, app, site.world, site.clock().replace(microsecond=0))
    except OAuthError as error:
        answer = {"error": error.error, "error_description": str(error)}
    if answer is None:
        return HTMLResponse(_page(fields, site.world))
    if "state" in fields:
        answer["state"] = fields["state"]
    return RedirectResponse(_with(back, answer, in_fragment=in_fragment), 302)


def _answer(
    fields: dict[str, str], app: OAuthApp, world: World, now: datetime
) -> dict[str, str] | None:
    """What is told to the application; None while nobody has decided."""
    scope = check_scope(fields.get("scope", ""))
    response_type = fields.get("response_type")
    if response_type not in {"code", "token"}:
        raise OAuthError(400, "unsupported_response_type", "response_type is code or token.")
    if "deny" in fields:
        raise OAuthError(403, "access_denied", "The user has not consented.")
    if "as" not in fields:
        return None
    user = _user(world, fields["as"])
    if response_type == "code":
        return {"code": _code(fields, app, user, scope, world, now).value}
    granted = issue(world, app.client_id, user.id, scope, now)
    return {
        "access_token": granted.value,
        "expires_in": str(int(LIFETIME.total_seconds())),
    }


def _code(
    fields: dict[str, str], app: OAuthApp, user: User, scope: str, world: World, now: datetime
) -> AuthorizationCode:
    return world.codes.add(
        AuthorizationCode(
            id=world.codes.next_id(),
            value=secrets.token_hex(32),
            client_id=app.client_id,
            user_id=user.id,
            redirect_uri=fields["redirect_uri"],
            scope=scope,
            challenge=fields.get("code_challenge"),
            method=fields.get("code_challenge_method", "plain"),
            inserted_at=now,
            updated_at=now,
        )
    )


def _user(world: World, username: str) -> User:
    for row in world.users:
        if row.username == username:
            return row
    raise RaisedError(404)


def _with(uri: str, answer: dict[str, str], *, in_fragment: bool) -> str:
    """`uri` with the answer behind what its query holds, or as its fragment."""
    parts = urlsplit(uri)
    text = urlencode(answer)
    if in_fragment:
        return urlunsplit(parts._replace(fragment=text))
    query = f"{parts.query}&{text}" if parts.query else text
    return urlunsplit(parts._replace(query=query))


def _page(fields: dict[str, str], world: World) -> str:
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    users = "".join(f"<option>{escape(row.username)}</option>" for row in world.users)
    return (
        "<!doctype html><title>Authorize</title>"
        f"<p>An application asks for: {escape(fields.get('scope', '') or 'nothing')}</p>"
        f'<form method="post" action="/oauth/authorize">{kept}'
        f'<label>You are <select name="as">{users}</select></label>'
        '<button>Authorize</button><button name="deny" value="yes">Cancel</button></form>'
    )

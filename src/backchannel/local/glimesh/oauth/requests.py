"""What all of OAuth's endpoints do: parameters, applications, refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backchannel.local.glimesh.http import RaisedError, json_response

if TYPE_CHECKING:
    from starlette.responses import Response

    from backchannel.local.glimesh.http import Parameters
    from backchannel.local.glimesh.world import OAuthApp, World


class OAuthError(Exception):
    """A refusal with the words of RFC 6749."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error

    def response(self) -> Response:
        """The refusal as a reply."""
        body = {"error": self.error, "error_description": str(self)}
        return json_response(body, self.status)


def texts(parameters: Parameters) -> dict[str, str]:
    """The parameters, which may be in the query string or the body; without client_id, a 400."""
    fields = {key: value for key, value in parameters.fields.items() if isinstance(value, str)}
    if "client_id" not in fields:
        raise RaisedError(400, cors=True)
    return fields


def find_app(world: World, client_id: str) -> OAuthApp | None:
    """The application of this id."""
    return next((row for row in world.apps if row.client_id == client_id), None)


def authenticate(world: World, fields: dict[str, str], *, public: bool = False) -> OAuthApp:
    """The application that asks, by its secret.

    With `public` it may leave its secret out, but not give a wrong one.
    """
    app = find_app(world, fields["client_id"])
    secret = fields.get("client_secret")
    if app is not None and (secret == app.secret or (public and not secret)):
        return app
    raise OAuthError(401, "invalid_client", "Invalid client_id or client_secret.")


def app_for_redirect(world: World, fields: dict[str, str]) -> OAuthApp:
    """The application of a login, which has registered where it comes back to."""
    app = find_app(world, fields["client_id"])
    if app is None or fields.get("redirect_uri") not in app.redirect_uris:
        raise OAuthError(401, "invalid_client", "Invalid client_id or redirect_uri.")
    return app


def invalid_grant(what: str) -> OAuthError:
    """That a code or a token buys nothing."""
    return OAuthError(400, "invalid_grant", f"Given {what} is invalid, revoked, or expired.")

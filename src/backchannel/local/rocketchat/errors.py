"""Refusals, and the bodies in which servers of different ages put them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal, TypeAlias

from backchannel.local.rocketchat.world import JSONObject

Age: TypeAlias = Literal[3, 7, 8]


class Refusal(Exception, ABC):
    """The end of a request that is not answered as asked: a status and a body."""

    status = 400

    def body(self, age: Age) -> JSONObject:
        """The JSON a server of this age answers with."""
        return self._body(age)

    @abstractmethod
    def _body(self, age: Age) -> JSONObject:
        """The body, by the kind of refusal."""


class MeteorError(Refusal):
    """An error with a code, a reason for people, and details."""

    def __init__(
        self, code: str | int, reason: str = "", details: JSONObject | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason
        self.details = details

    @property
    def message(self) -> str:
        """The reason with the code behind it."""
        return f"{self.reason} [{self.code}]" if self.reason else f"[{self.code}]"

    def _body(self, age: Age) -> JSONObject:
        del age
        body: JSONObject = {"success": False, "error": self.message, "errorType": self.code}
        if self.details is not None:
            body["details"] = dict(self.details)
        return body


class Failure(Refusal):
    """An error that is only a text, or nothing at all."""

    def __init__(self, text: str | None = None, error_type: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        self._error_type = error_type

    def _body(self, age: Age) -> JSONObject:
        del age
        body: JSONObject = {"success": False}
        if self.text is not None:
            body["error"] = self.text
        if self._error_type is not None:
            body["errorType"] = self._error_type
        return body


class Undefined(Refusal):
    """A handler that went on with a message which was never stored: JavaScript's own complaint."""

    def _body(self, age: Age) -> JSONObject:
        if age == 3:  # Node 14 and before
            return {"success": False, "error": "Cannot read property 'starred' of undefined"}
        text = "Cannot read properties of undefined (reading 'starred')"
        return {"success": False, "error": text}


class InvalidParams(Refusal):
    """A body or query that does not fit the route's schema; `text` is the validator's."""

    def __init__(self, text: str, *, typed: bool = False) -> None:
        super().__init__(text)
        self._text = text
        self._typed = typed

    def _body(self, age: Age) -> JSONObject:
        del age
        text = self._text if self._typed else f"{self._text} [invalid-params]"
        return {"success": False, "errorType": "invalid-params", "error": text}


class NotLoggedIn(Refusal):
    """No token, a wrong one, or one of another user."""

    status = 401

    def _body(self, age: Age) -> JSONObject:
        text = "You must be logged in to do this."
        if age == 3:
            return {"status": "error", "message": text}
        return {"success": False, "status": "error", "error": text, "message": text}


class LoginRefused(Refusal):
    """A log-in that failed. Here `error` is the code and `message` the text."""

    status = 401

    def __init__(self, code: str | int, text: str, details: JSONObject | None = None) -> None:
        super().__init__(text)
        self._code = code
        self._text = text
        self._details = details

    def _body(self, age: Age) -> JSONObject:
        body: JSONObject = {"status": "error", "error": self._code, "message": self._text}
        if self._details is not None:
            body["details"] = dict(self._details)
        return {"success": False, **body} if age == 8 else body


class Forbidden(Refusal):
    """Logged in, and not allowed to do this."""

    status = 403

    def __init__(self, text: str = "unauthorized") -> None:
        super().__init__(text)
        self._text = text

    def _body(self, age: Age) -> JSONObject:
        del age
        return {"success": False, "error": self._text}


class NoSuchRoute(Refusal):
    """No endpoint at this path."""

    status = 404

    def _body(self, age: Age) -> JSONObject:
        if age == 3:
            return {"status": "error", "message": "API endpoint does not exist"}
        return {"success": False, "error": "Resource not found"}


class TooManyRequests(Refusal):
    """The rate limit; `seconds` is how long to wait, rounded up."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def _body(self, age: Age) -> JSONObject:
        del age
        text = (
            "Error, too many requests. Please slow down. "
            f"You must wait {self.seconds} seconds before trying this endpoint again. "
            "[error-too-many-requests]"
        )
        return {"success": False, "error": text}


def missing_permission() -> Forbidden:
    """The refusal of a route that asks for a permission the user does not have."""
    return Forbidden(
        "User does not have the permissions required for this action [error-unauthorized]"
    )

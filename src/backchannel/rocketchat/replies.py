"""Reading replies: from status, headers and body to a value or an error.

Servers from 3.x to 8.x put a refusal into different shapes (with `error` as code or as prose,
with and without `errorType`, with the code in brackets behind the prose, under `message`); all
become status, code, prose and details here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from backchannel.errors import ApiError, BackchannelError, MalformedReply, Outcome, RateLimited
from backchannel.rocketchat import errors
from backchannel.rocketchat.decoding import build
from backchannel.rocketchat.quota import retry_after
from backchannel.wire.json import JSON
from backchannel.wire.messages import Request, Response
from backchannel.wire.rules import refuse_failure, refuse_redirect, unless_safe

__all__ = ["Refusal", "Reply", "StatusReply", "is_without_message", "read_refusal", "read_reply"]


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the bodies of replies.

    Attributes:
        success: whether the server did what was asked.
    """

    success: bool

    @property
    def is_success(self) -> bool:
        """Whether the server did what was asked."""
        return self.success


class StatusReply(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the bodies of `login` and `logout`, which say it in another word.

    Attributes:
        status: `success`, if the server did what was asked.
    """

    status: str

    @property
    def is_success(self) -> bool:
        """Whether the server did what was asked."""
        return self.status == "success"


R = TypeVar("R", bound=Reply | StatusReply)

# Not JSON, not UTF-8, a number with too many digits, or nested too deeply.
_UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)


def read_reply(
    request: Request,
    response: Response,
    kind: type[R],
    *,
    now: float,
    unexplained: type[ApiError] = ApiError,
) -> R:
    """Read the reply to a request.

    Args:
        request: what was asked.
        response: what came back.
        kind: the body that is expected of a success.
        now: seconds since 1970, for a rate limit that ends at a given time.
        unexplained: the error for a refusal that says nothing but that it is one.

    Raises:
        RedirectRefused, RateLimited, ServerFailure: by status, whatever the body.
        ApiError: a refusal; narrower ones are in `backchannel.rocketchat.errors`.
        MalformedReply: neither a refusal nor what was expected.
    """
    refuse_redirect(request, response)
    if response.status == 429:
        raise _rate_limited(request, response, _read_any_refusal(response), now)
    refuse_failure(request, response)
    try:
        if 200 <= response.status < 300:
            reply = msgspec.json.decode(response.body, type=kind)
            if reply.is_success:
                return reply
    except _UNREADABLE:
        pass
    return _read_slowly(request, response, kind, now, unexplained)


def _read_slowly(
    request: Request, response: Response, kind: type[R], now: float, unexplained: type[ApiError]
) -> R:
    """Read what is a refusal, or does not quite fit, or is something else altogether."""
    body = _read_json(response)
    if response.status >= 400 or (isinstance(body, dict) and _says_no(body)):
        raise _refusal_error(request, response, now, unexplained)
    if response.content_type == "text/html":
        raise _malformed(request, response, "a web page, of a proxy or a log-in page perhaps")
    if not isinstance(body, dict):
        raise _malformed(request, response, "no JSON object")
    if body.get("success") is not True and body.get("status") != "success":
        raise _malformed(request, response, "no `success`")
    try:
        reply = build(body, kind)
    except msgspec.ValidationError as error:
        raise _malformed(request, response, str(error)) from None
    if not reply.is_success:
        raise _malformed(request, response, "no `success`")
    return reply


def _says_no(body: Mapping[str, JSON]) -> bool:
    return body.get("success") is False or body.get("status") == "error"


def _read_json(response: Response) -> JSON:
    try:
        body: JSON = msgspec.json.decode(response.body)
    except _UNREADABLE:
        return None
    return body


def _malformed(request: Request, response: Response, why: str) -> MalformedReply:
    return MalformedReply(
        f"{request.label}: {why} (status {response.status},"
        f" {response.content_type or 'no content type'}: {response.excerpt()})",
        outcome=unless_safe(request),
        response=response,
    )


class Refusal(msgspec.Struct, frozen=True):
    """A refusal, whatever its shape was.

    Attributes:
        code: the server's code, or "".
        prose: the server's words without the code, or "".
        details: the server's details, as plain JSON.
    """

    code: str = ""
    prose: str = ""
    details: JSON = None

    @property
    def text(self) -> str:
        """Words and code, as far as there are any."""
        if self.prose and self.code:
            return f"{self.prose} [{self.code}]"
        return self.prose or self.code


_SUFFIX = re.compile(r"\s*\[([A-Za-z][\w.-]*)\]$")
_CODE = re.compile(r"[A-Za-z][\w-]*")


def read_refusal(body: Mapping[str, JSON]) -> Refusal:
    """Read the body of a refusal."""
    said, code = body.get("error"), body.get("errorType")
    message = body.get("message")
    code = code if isinstance(code, str) else ""
    if isinstance(message, str) and message:
        # A refused login has its code in `error`, as a word or a number; others repeat the prose.
        if not code and said is not None and said != message:
            code = str(said)
        prose = message
    elif isinstance(said, str):
        prose = said
    else:
        prose = "" if said is None else msgspec.json.encode(said).decode()
    suffix = _SUFFIX.search(prose)
    if suffix and code in {"", suffix[1]}:
        prose, code = prose[: suffix.start()], suffix[1]
    if _CODE.fullmatch(prose) and not _CODE.fullmatch(code):
        # A plain error's message is its code; rooms.info has code and prose exchanged.
        prose, code = code, prose
    return Refusal(code, prose, body.get("details"))


def _read_any_refusal(response: Response) -> Refusal:
    """A refusal of the server, or of what stands before it and speaks no JSON."""
    body = _read_json(response)
    return read_refusal(body) if isinstance(body, dict) else Refusal(prose=response.excerpt())


# The code of a 401 or 403 is of no use: servers before 9 say "unauthorized" for both.
_BY_STATUS: Mapping[int, type[ApiError]] = {
    401: errors.NotAuthenticated,
    403: errors.NotPermitted,
}
# With status 400 at a call, and 401 at a login.
_SECOND_FACTOR: Mapping[str, type[ApiError]] = {
    "totp-invalid": errors.TwoFactorInvalid,
    "totp-max-attempts": errors.TwoFactorExhausted,
    "totp-required": errors.TwoFactorRequired,
}
_BY_CODE: Mapping[str, type[ApiError]] = {
    "You_have_been_muted": errors.Muted,
    "error-action-not-allowed": errors.NotPermitted,
    "error-invalid-channel": errors.RoomNotFound,
    "error-invalid-message": errors.MessageNotFound,
    "error-invalid-room": errors.RoomNotFound,
    "error-invalid-user": errors.UserNotFound,
    "error-not-allowed": errors.NotPermitted,
    "error-message-size-exceeded": errors.MessageTooLong,
    "error-message-not-found": errors.MessageNotFound,
    "error-room-not-found": errors.RoomNotFound,
    "error-unauthorized": errors.NotPermitted,
    "invalid-channel": errors.RoomNotFound,
    "not-allowed": errors.NotPermitted,
    "not-authorized": errors.NotPermitted,
    "room_is_archived": errors.RoomArchived,
    "room_is_blocked": errors.RoomBlocked,
}
_BY_PROSE: Mapping[str, type[ApiError]] = {
    "Not enough permission": errors.NotPermitted,
    "You can't send messages because the room is readonly.": errors.RoomReadOnly,
}
_NO_MESSAGE = "No message found with the id of "
# Whole, without words: what the endpoints of messages say to who is not in the room.
_NOT_IN_ROOM = {"success": False, "error": "error-not-allowed"}
# What servers answer to an id that is already stored. The first is an accident of theirs, which
# also happens when an app prevents the message: only a look at what is stored tells.
_WITHOUT_MESSAGE = "starred"
_REPEATED = re.compile(rf"{_WITHOUT_MESSAGE}|E11000|duplicate key")


def is_without_message(error: BackchannelError) -> bool:
    """Whether a refusal says that the server, having done its work, has no message to show."""
    if not isinstance(error, ApiError) or error.response is None:
        return False
    return _WITHOUT_MESSAGE.encode() in error.response.body


def _refusal_error(
    request: Request, response: Response, now: float, unexplained: type[ApiError]
) -> BackchannelError:
    refusal = _read_any_refusal(response)
    if refusal.code == "error-too-many-requests":  # 0.7x says it with status 400
        return _rate_limited(request, response, refusal, now)
    kind = (
        _SECOND_FACTOR.get(refusal.code)
        or _BY_STATUS.get(response.status)
        or (errors.NotInRoom if _read_json(response) == _NOT_IN_ROOM else None)
        or _BY_CODE.get(refusal.code)
        or _BY_PROSE.get(refusal.prose)
        or (errors.MessageNotFound if refusal.prose.startswith(_NO_MESSAGE) else None)
        or (errors.EndpointNotFound if response.status == 404 else None)
        or (ApiError if refusal.text else unexplained)
    )
    ambiguous = request.effect and _REPEATED.search(refusal.text)
    missing = kind is errors.MessageNotFound
    silence = "there is no such message" if missing else "refused without a reason"
    return kind(
        f"{request.label}: {refusal.text or silence} ({response.status})",
        code=refusal.code,
        words=refusal.prose,
        details=refusal.details,
        request=request.label,
        outcome=Outcome.UNKNOWN if ambiguous else Outcome.NOT_SENT,
        response=response,
    )


def _rate_limited(
    request: Request, response: Response, refusal: Refusal, now: float
) -> RateLimited:
    seconds = retry_after(response, now)
    wait = "" if seconds is None else f", wait {seconds:g} seconds"
    said = refusal.text and f": {refusal.text}"
    return RateLimited(
        f"{request.label}: too many requests{wait} ({response.status}){said}",
        retry_after=seconds,
        response=response,
    )

"""Calls with an effect that is the same however often they are carried out."""

from __future__ import annotations

from typing import TypeVar

from backchannel.drive import Flow, pause
from backchannel.errors import BackchannelError, Outcome
from backchannel.rocketchat.replies import Reply
from backchannel.rocketchat.session import Session
from backchannel.wire.messages import Request

__all__ = ["repeating"]

R = TypeVar("R", bound=Reply)


def repeating(session: Session, request: Request, kind: type[R]) -> Flow[R]:
    """The flow of such a call, made again where that may help, whatever became of it before.

    Raises:
        BackchannelError: those of `read_reply` and the transports. `outcome` is UNKNOWN if any
            of the tries may have been carried out.
    """
    start = session.chance.monotonic()
    attempt = 0
    in_doubt = False
    while True:
        attempt += 1
        try:
            reply = yield from session.once(request, kind)
        except BackchannelError as error:
            in_doubt = in_doubt or error.outcome is Outcome.UNKNOWN
            wait = session.retry.delay(
                error,
                attempt=attempt,
                elapsed=session.chance.monotonic() - start,
                draw=session.chance.draw(),
                repeatable=error.temporary,
            )
            if wait is None or not session.budget.spend():
                if in_doubt:
                    error.outcome = Outcome.UNKNOWN
                raise
        else:
            session.budget.earn()
            return reply
        yield from pause(wait)

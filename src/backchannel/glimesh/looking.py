"""Looking whether something happened of which the reply was lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from backchannel.errors import BackchannelError, Fault
from backchannel.flow import Chance, Flow, pause
from backchannel.wire.retry import RetryPolicy

T = TypeVar("T")

READING_BACK: Final = RetryPolicy(attempts=6, base=0.25, cap=4.0, deadline=10.0)
"""How often, and for how long, to look: an effect may come late."""


def look_for(
    find: Callable[[], Flow[T | None]],
    failure: BackchannelError,
    policy: RetryPolicy,
    chance: Chance,
) -> Flow[T | None]:
    """Look until it is found, as often as the policy says.

    Args:
        find: makes the flow of one look, which gives what it found, or None. It repeats no
            request, so that looking lasts as long as the deadline and one look more at most.
        failure: what the lost reply became; it is given a note of what was seen.
        policy: when to look.
        chance: clock and dice.
    """
    start = chance.monotonic()
    looks = 0
    while True:
        looks += 1
        trouble: BackchannelError | None = None
        try:
            found = yield from find()
        except BackchannelError as error:
            trouble = error
        else:
            if found is not None:
                return found
        wait = policy.delay(
            trouble or failure,
            attempt=looks,
            elapsed=chance.monotonic() - start,
            draw=chance.draw(),
            # A refusal will not change, whatever else went wrong may.
            repeatable=trouble is None or trouble.temporary or trouble.fault is not Fault.CALLER,
        )
        if wait is None:
            seen = "it was not found" if trouble is None else str(trouble)
            failure.add_note(f"Reading back, {looks} times: {seen}")
            return None
        yield from pause(wait)

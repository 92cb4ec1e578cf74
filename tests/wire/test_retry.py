"""Whether to try again, where the caller knows more than the error says."""

from __future__ import annotations

import pytest

from backchannel.errors import ConnectionLost, NotFound, Outcome
from backchannel.wire.retry import RetryPolicy

LOST = ConnectionLost("m", outcome=Outcome.UNKNOWN)
REFUSED = NotFound("m")
NEVER_SENT = ConnectionLost("m")


@pytest.mark.parametrize(
    ("error", "repeatable", "repeated"),
    [
        (NEVER_SENT, None, True),
        (NEVER_SENT, False, False),
        (LOST, None, False),
        (LOST, True, True),
        (REFUSED, None, False),
        (REFUSED, True, True),
    ],
)
def test_the_callers_word_counts_more_than_the_errors(error, repeatable, repeated) -> None:
    wait = RetryPolicy().delay(error, attempt=1, elapsed=0.0, draw=0.0, repeatable=repeatable)
    assert (wait is not None) is repeated


def test_nobodys_word_makes_more_attempts() -> None:
    policy = RetryPolicy(attempts=2)
    assert policy.delay(LOST, attempt=2, elapsed=0.0, draw=0.0, repeatable=True) is None

"""Whether to try again, and after how long: tables of a pure function, and of a shared budget."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.errors import (
    BackchannelError,
    ConnectError,
    ConnectionLost,
    NotFound,
    Outcome,
    RateLimited,
    ServerFailure,
    TransportTimeout,
)
from backchannel.wire.budget import EARNED, RetryBudget
from backchannel.wire.messages import Response
from backchannel.wire.retry import NO_RETRY, RetryPolicy

LOST = ConnectionLost("m", outcome=Outcome.UNKNOWN)
REFUSED = NotFound("m")
NEVER_SENT = ConnectionLost("m")


def failure(status: int, *, outcome: Outcome = Outcome.NOT_SENT, **headers: str) -> ServerFailure:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ServerFailure(
        "m", response=Response(status=status, headers=named, body=b""), outcome=outcome
    )


def limited(after: float | None) -> RateLimited:
    return RateLimited("m", retry_after=after)


@pytest.mark.parametrize(
    ("error", "repeatable", "repeated"),
    [
        (NEVER_SENT, None, True),
        (NEVER_SENT, False, False),
        (LOST, None, False),
        (LOST, True, True),
        (REFUSED, None, False),
        (REFUSED, True, True),
        (failure(500), True, True),
    ],
)
def test_the_callers_word_counts_more_than_the_errors(error, repeatable, repeated) -> None:
    wait = RetryPolicy().delay(error, attempt=1, elapsed=0.0, draw=0.0, repeatable=repeatable)
    assert (wait is not None) is repeated


def test_nobodys_word_makes_more_attempts() -> None:
    policy = RetryPolicy(attempts=2)
    assert policy.delay(LOST, attempt=2, elapsed=0.0, draw=0.0, repeatable=True) is None


MADE: dict[str, tuple[BackchannelError, bool]] = {
    "no connection": (ConnectError("m"), True),
    "a read that timed out": (TransportTimeout("m"), True),
    "a write that timed out": (TransportTimeout("m", outcome=Outcome.UNKNOWN), False),
    "a read that was cut": (ConnectionLost("m"), True),
    "a write that was cut": (LOST, False),
    "429": (limited(None), True),
    "500": (failure(500), False),
    "501": (failure(501), False),
    "502": (failure(502), True),
    "503": (failure(503), True),
    "504": (failure(504), True),
    "505": (failure(505), False),
    "502 of a write": (failure(502, outcome=Outcome.UNKNOWN), False),
    "503 of a write": (failure(503, outcome=Outcome.UNKNOWN), False),
    "404": (REFUSED, False),
}


@pytest.mark.parametrize("case", MADE)
def test_what_is_tried_again(case: str) -> None:
    error, again = MADE[case]
    wait = RetryPolicy().delay(error, attempt=1, elapsed=0.0, draw=0.0)
    assert (wait is not None) is again
    assert NO_RETRY.delay(error, attempt=1, elapsed=0.0, draw=0.0) is None


# The policy, the error, the number of the try, the seconds gone by, the dice, and the wait.
WAITS = [
    (RetryPolicy(), NEVER_SENT, 1, 0.0, 0.0, 0.125),
    (RetryPolicy(), NEVER_SENT, 1, 0.0, 0.5, 0.1875),
    (RetryPolicy(), NEVER_SENT, 2, 0.0, 0.0, 0.25),
    (RetryPolicy(), NEVER_SENT, 3, 0.0, 0.0, None),
    (RetryPolicy(attempts=9), NEVER_SENT, 8, 0.0, 0.0, 4.0),
    (RetryPolicy(), NEVER_SENT, 1, 59.875, 0.0, 0.125),
    (RetryPolicy(), NEVER_SENT, 1, 59.9, 0.0, None),
    (RetryPolicy(), limited(3.0), 1, 0.0, 0.9, 3.0),
    (RetryPolicy(), limited(0.0), 1, 0.0, 0.0, 0.125),
    (RetryPolicy(), limited(60.0), 1, 0.0, 0.0, 60.0),
    (RetryPolicy(), limited(61.0), 1, 0.0, 0.0, None),
    (RetryPolicy(), failure(503, retry_after="3"), 1, 0.0, 0.0, 3.0),
    (RetryPolicy(), failure(503, retry_after="soon"), 1, 0.0, 0.0, 0.125),
    (RetryPolicy(), failure(503, retry_after="61"), 1, 0.0, 0.0, None),
    (
        RetryPolicy(),
        failure(
            503,
            date="Mon, 01 May 2023 12:00:00 GMT",
            retry_after="Mon, 01 May 2023 12:00:07 GMT",
        ),
        1,
        0.0,
        0.0,
        7.0,
    ),
]


@pytest.mark.parametrize(("policy", "error", "attempt", "elapsed", "draw", "wait"), WAITS)
def test_how_long_to_wait(policy, error, attempt, elapsed, draw, wait) -> None:
    assert policy.delay(error, attempt=attempt, elapsed=elapsed, draw=draw) == wait


def test_a_budget_is_spent_and_earned_again() -> None:
    budget = RetryBudget(2.0)
    assert [budget.spend() for _ in range(3)] == [True, True, False]
    for _ in range(3):
        budget.earn()
        assert not budget.spend()
    budget.earn()
    assert budget.spend()
    assert not budget.spend()


@given(st.floats(0, 100), st.lists(st.booleans(), max_size=200))
def test_a_budget_never_gives_more_than_it_had_and_earned(
    capacity: float, ends: list[bool]
) -> None:
    budget = RetryBudget(capacity)
    spent = 0
    for well in ends:
        if well:
            budget.earn()
        else:
            spent += budget.spend()
        assert 0 <= budget.left <= capacity
    assert spent <= capacity + EARNED * sum(ends) + 1e-6

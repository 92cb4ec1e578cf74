"""Keeping below the rate limit: what is known after which answer, and that no call is refused."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.drive import Chance
from backchannel.errors import ConnectError, ConnectionLost, Outcome, RateLimited
from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.limits import RateLimit
from backchannel.local.rocketchat.seed import ALICE, BOT, GENERAL
from backchannel.rocketchat import AsyncRocketChat, RocketChat
from backchannel.rocketchat.pacing import LOOK, MARGIN, Pace, Pacer, counted, reserve, route_of
from backchannel.rocketchat.quota import Quota, read_quota
from backchannel.wire.messages import Request, Response
from backchannel.wire.retry import RetryPolicy

SEND = "POST chat.sendMessage"
DATE = "Tue, 29 Feb 2000 00:00:00 GMT"
EPOCH = 951782400  # the same, in seconds since 1970


def answer(remaining: int | None = None, *, status: int = 200, ends: float = 37.0) -> Response:
    """An answer of the server, with its quota unless it counts nothing."""
    headers = {"content-type": "application/json", "date": DATE}
    if remaining is not None:
        headers |= {
            "x-ratelimit-limit": "10",
            "x-ratelimit-remaining": str(remaining),
            "x-ratelimit-reset": str(round((EPOCH + ends) * 1000)),
        }
    return Response(status=status, headers=headers, body=b"{}")


class TestReading:
    @pytest.mark.parametrize(
        ("change", "quota"),
        [
            ({}, Quota(limit=10, remaining=3, reset=(EPOCH + 37) * 1000, seconds=37.0)),
            # A clock of its own: only the difference to Date counts.
            ({"date": "Tue, 29 Feb 2000 00:00:30 GMT"}, 7.0),
            ({"date": "Tue, 29 Feb 2000 00:01:00 GMT"}, 0.0),
            ({"date": ""}, None),
            ({"date": "yesterday"}, None),
        ],
    )
    def test_a_quota_ends_in_so_many_seconds(self, change, quota):
        response = answer(3)
        told = read_quota(msgspec.structs.replace(response, headers={**response.headers, **change}))
        assert told == quota if isinstance(quota, Quota) else told.seconds == quota

    @pytest.mark.parametrize("name", ["limit", "remaining", "reset"])
    @pytest.mark.parametrize("value", ["", "-1", "many", "1.5", "9" * 99])
    def test_what_is_no_number_is_no_quota(self, name, value):
        response = answer(3)
        headers = {**response.headers, f"x-ratelimit-{name}": value}
        assert read_quota(msgspec.structs.replace(response, headers=headers)) is None


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("POST", "/api/v1/chat.sendMessage", SEND),
        ("GET", "/api/v1/chat.getMessage?msgId=/api/v1/x", "GET chat.getMessage"),
        ("POST", "/chat/api/v1/rooms.mediaConfirm/GENERAL/file", "POST rooms.mediaConfirm"),
        ("GET", "/file-upload/x/y.png", None),
        ("GET", "/api/info", None),
    ],
)
def test_calls_are_counted_by_method_and_endpoint(method, path, route):
    request = Request(method=method, url=f"https://chat.example.org{path}", headers={})
    assert route_of(request) == route


class TestPacer:
    """Each row is a step: `reserve` at a time and what it says, or what became of a call."""

    def follow(self, pacer: Pacer, *steps: tuple[object, ...]) -> None:
        for step in steps:
            match step:
                case "reserve", at, wait:
                    assert pacer.reserve(SEND, at) == pytest.approx(wait), step
                case "answered", response, at:
                    pacer.answered(SEND, response, at)
                case ("lost",):
                    pacer.lost(SEND)
                case ("unsent",):
                    pacer.unsent(SEND)

    def test_before_any_answer_ten_may_go_and_the_next_waits_for_one(self):
        pacer = Pacer()
        self.follow(pacer, *[("reserve", 5.0, 0.0)] * 10, ("reserve", 5.0, LOOK))

    def test_an_answer_without_a_quota_frees_all_routes(self):
        pacer = Pacer()
        self.follow(pacer, *[("reserve", 0.0, 0.0)] * 10, ("answered", answer(), 0.0))
        self.follow(pacer, *[("reserve", 0.0, 0.0)] * 100)
        assert [pacer.reserve("GET me", 0.0) for _ in range(100)] == [0.0] * 100

    def test_a_route_that_tells_a_quota_is_paced_nevertheless(self):
        pacer = Pacer()
        pacer.reserve("GET me", 0.0)
        pacer.answered("GET me", answer(), 0.0)
        self.follow(pacer, ("reserve", 0.0, 0.0), ("answered", answer(0), 0.0))
        self.follow(pacer, ("reserve", 0.0, 37.0 + MARGIN))
        assert pacer.reserve("GET me", 0.0) == 0.0

    @pytest.mark.parametrize("status", [400, 401, 404])
    def test_a_refusal_before_the_count_frees_nothing_and_costs_nothing(self, status):
        pacer = Pacer()
        for _ in range(50):
            self.follow(pacer, ("reserve", 0.0, 0.0), ("answered", answer(status=status), 0.0))
        self.follow(pacer, *[("reserve", 0.0, 0.0)] * 10, ("reserve", 0.0, LOOK))

    def test_calls_that_were_lost_may_have_been_counted(self):
        pacer = Pacer()
        page = Response(status=502, headers={"content-type": "text/html"}, body=b"<html>")
        for end in (("lost",), ("answered", page, 1.0)) * 5:
            self.follow(pacer, ("reserve", 0.0, 0.0), end)
        self.follow(pacer, ("reserve", 20.0, 40.0), ("reserve", 60.0, 0.0))

    def test_calls_that_were_not_sent_are_not_counted(self):
        pacer = Pacer()
        for _ in range(50):
            self.follow(pacer, ("reserve", 0.0, 0.0), ("unsent",))

    def test_the_window_ends_when_the_server_says(self):
        pacer = Pacer()
        self.follow(
            pacer,
            ("reserve", 100.0, 0.0),
            ("answered", answer(0), 101.0),
            ("reserve", 101.0, 37.0 + MARGIN),
            ("reserve", 138.0, MARGIN),
            *[("reserve", 138.1, 0.0)] * 10,
            ("reserve", 138.1, LOOK),
        )

    def test_the_soonest_end_of_a_window_is_the_best_known(self):
        pacer = Pacer()
        self.follow(
            pacer,
            *[("reserve", 0.0, 0.0)] * 2,
            ("answered", answer(1), 0.2),
            ("answered", answer(0), 0.9),
            ("reserve", 1.0, 36.2 + MARGIN),
        )

    def test_answers_out_of_order_count_once(self):
        pacer = Pacer()
        self.follow(
            pacer,
            *[("reserve", 0.0, 0.0)] * 3,
            ("answered", answer(2), 0.0),
            ("answered", answer(4), 0.0),
            ("answered", answer(3), 0.0),
            *[("reserve", 0.0, 0.0)] * 2,
            ("reserve", 0.0, LOOK),
        )

    def test_a_late_answer_of_the_window_before_changes_nothing(self):
        pacer = Pacer()
        self.follow(
            pacer,
            *[("reserve", 0.0, 0.0)] * 2,
            ("answered", answer(0), 0.0),
            ("reserve", 40.0, 0.0),
            ("answered", answer(0), 40.0),
            ("reserve", 40.0, 0.0),
        )

    def test_a_refusal_by_the_limit_waits_as_long_as_its_words_say(self):
        pacer = Pacer()
        refusal = msgspec.structs.replace(
            answer(0, status=429), body=b'{"error":"You must wait 12 seconds before"}'
        )
        self.follow(
            pacer,
            ("reserve", 0.0, 0.0),
            ("answered", refusal, 0.0),
            ("reserve", 0.0, 12.0 + MARGIN),
        )


@given(
    delays=st.lists(st.tuples(st.floats(0, 0.4), st.floats(0, 0.1), st.floats(0, 8)), max_size=80),
    skew=st.floats(-1e6, 1e6),
)
def test_no_call_is_ever_one_too_many(delays, skew):
    """Calls begin, arrive and are answered with any delays, by a server with a clock of its own."""
    now = 0.0
    limit = RateLimit(lambda: 2e9 + skew + now, calls=10, seconds=5.0)
    pace, events = Pace(), []
    began = 0.0
    for pause, there, back in delays:
        began += pause
        while True:
            # What came back before this call counts.
            for came, quota in sorted(events, key=lambda event: event[0]):
                if came <= began:
                    ended = msgspec.structs.replace(pace, under_way=pace.under_way - 1)
                    pace = counted(ended, quota, came)
            events = [event for event in events if event[0] > began]
            pace, wait = reserve(pace, began)
            if not wait:
                break
            began += max(wait, 0.01)
        now = began + there
        headers, refusal = limit.count("POST", "x", "")
        assert refusal is None
        reset = int(headers["X-RateLimit-Reset"])
        told = Quota(
            limit=10,
            remaining=int(headers["X-RateLimit-Remaining"]),
            reset=reset,
            seconds=max(0.0, reset / 1000 - (2e9 + skew + now) // 1),
        )
        events.append((now + back, told))
        began = now  # so that calls arrive in the order in which they began


class TestOverHTTP:
    @pytest.fixture
    def limited(self):
        """A server that allows 10 calls a second."""
        with LocalRocketChat(rate_limit=True, rate_window=1.0) as server:
            yield server

    def said(self, server: LocalRocketChat) -> list[object]:
        return sorted(
            stored.document["msg"]
            for stored in server.world.messages_in(GENERAL)
            if stored.document["u"]["_id"] == ALICE.user_id
        )

    def test_a_burst_by_threads_is_never_refused(self, limited):
        before = len(self.said(limited))
        with (
            RocketChat(limited.url, user_id=ALICE.user_id, auth_token=ALICE.token) as client,
            ThreadPoolExecutor(3) as pool,
        ):
            sent = list(pool.map(lambda n: client.send_message(GENERAL, f"{n}"), range(30)))
        assert limited.limit.refused == 0
        assert len({one.message.id for one in sent}) == 30
        assert len(self.said(limited)) == before + 30

    def test_a_burst_by_tasks_is_never_refused(self, limited):
        async def main() -> None:
            async with AsyncRocketChat(
                limited.url, user_id=ALICE.user_id, auth_token=ALICE.token
            ) as client:
                await asyncio.gather(*(client.send_message(GENERAL, f"{n}") for n in range(30)))

        asyncio.run(main())
        assert limited.limit.refused == 0

    def test_a_wait_beyond_the_deadline_is_an_error_that_says_when(self, connect):
        with LocalRocketChat(rate_limit=True) as server:
            client = connect(server.url, ALICE, retry=RetryPolicy(deadline=5.0))
            for _ in range(10):
                client.get_message(server.world.messages_in(GENERAL)[0].document["_id"])
            with pytest.raises(RateLimited, match="nothing was sent") as caught:
                client.get_message("m")
            assert server.limit.refused == 0
        error = caught.value
        assert 5 < error.retry_after <= 61.1  # the Date is cut to seconds, and there is a margin
        assert (error.outcome, error.retry_safe, error.response) == (Outcome.NOT_SENT, True, None)

    def test_who_may_bypass_the_limit_never_waits(self, connect):
        with LocalRocketChat(rate_limit=True) as server:
            # Any wait would be an error.
            client = connect(server.url, BOT, retry=RetryPolicy(deadline=0.0))
            for number in range(30):
                client.send_message(GENERAL, f"{number}")

    def test_a_refusal_by_a_limit_that_others_used_up_is_waited_out(self, connect, limited):
        first, second = (connect(limited.url, ALICE) for _ in range(2))
        for _ in range(10):
            first.me()
        assert second.me().id == "u-alice"
        assert limited.limit.refused <= 1  # by a slow machine, in the next window


class TestInFlows:
    def test_a_wait_is_a_pause_of_the_flow(self, session, play, reply):
        session.pacer.reserve("GET me", 0.0)
        session.pacer.answered("GET me", answer(0), 0.0)
        clock = iter([10.0, 10.0, 47.5, 47.5])
        later = msgspec.structs.replace(
            session, chance=Chance(monotonic=lambda: next(clock), draw=lambda: 0.0)
        )
        read = later.exchange(
            later.get("me"), lambda request, response: response, deadline=next(clock) + 60
        )
        played = play(read, answer(9, ends=99.0))
        assert played.pauses == [pytest.approx(27.0 + MARGIN)]
        assert len(played.requests) == 1

    @pytest.mark.parametrize("error", [ConnectError("x"), ConnectionLost("x")])
    def test_a_call_that_fails_does_not_hold_its_place(self, session, play, error):
        for _ in range(9):
            request = session.get("me")
            played = play(
                session.exchange(request, lambda request, response: None, deadline=60.0), error
            )
            assert played.error is error
        assert session.pacer.reserve("GET me", 0.0) == 0.0

    def test_a_call_that_is_given_up_does_not_hold_its_place(self, session):
        for _ in range(9):
            request = session.get("me")
            flow = session.exchange(request, lambda request, response: None, deadline=60.0)
            next(flow)
            flow.close()
        assert session.pacer.reserve("GET me", 0.0) == 0.0

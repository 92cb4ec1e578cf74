"""The retries of all calls of a client come from one budget."""

from __future__ import annotations

import pytest

import glimesh_api as api
from backchannel.errors import ServerFailure
from backchannel.glimesh import Glimesh
from backchannel.local.glimesh import LocalGlimesh
from backchannel.wire.retry import RetryPolicy
from support.threads import in_threads


def test_a_server_that_is_down_is_not_asked_three_times_by_everybody() -> None:
    policy = RetryPolicy(attempts=3, base=0, budget=10)
    with (
        LocalGlimesh() as server,
        Glimesh(token="tok-viewer", url=server.url, retry=policy) as client,
    ):
        server.faults.answer(status=503, times=1000)

        def call(_: int) -> None:
            with pytest.raises(ServerFailure):
                api.categories(client)

        in_threads(call, threads=4, calls=10)
        assert 1000 - server.faults.pending == 40 + 10
        server.faults.clear()
        # Once it is well, four calls that end well pay for a retry.
        for _ in range(4):
            api.categories(client)
        server.faults.answer(status=503)
        api.categories(client)
        server.faults.answer(status=503)
        with pytest.raises(ServerFailure):
            api.categories(client)

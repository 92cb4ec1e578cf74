"""Fixtures that several suites use."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import settings

from support.clients import Opener

# No test fails for being slow: the machines are.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(params=["sync", "async"])
def opener(request: pytest.FixtureRequest) -> Iterator[Opener]:
    """Opens transports and GraphQL clients; each test runs on both kinds."""
    with ExitStack() as stack:
        yield Opener(request.param, stack)

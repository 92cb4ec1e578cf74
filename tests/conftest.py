"""Fixtures that several suites use."""

import random
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import settings

from support.clients import Opener

# No test fails for being slow: the machines are.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--whole", action="store_true", help="run fault tests whole, not a sample")
    parser.addoption("--fault-seed", type=int, help="repeat a fault test with the seed it printed")


@pytest.fixture(scope="session", autouse=True)
def _own_cache() -> Iterator[None]:
    """Keep what `backchannel generate` keeps out of the user's directory of caches."""
    with tempfile.TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", directory)
        yield


@pytest.fixture
def whole(request: pytest.FixtureRequest) -> bool:
    """Whether a fault test is to run whole (`make faults`), or a sample of some seconds."""
    return bool(request.config.getoption("--whole"))


@pytest.fixture
def dice(request: pytest.FixtureRequest) -> random.Random:
    """Dice of a seed that is printed, for fault tests."""
    seed = request.config.getoption("--fault-seed")
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    print(f"\n{request.node.name}: --fault-seed {seed}")
    return random.Random(seed)


@pytest.fixture(params=["sync", "async"])
def opener(request: pytest.FixtureRequest) -> Iterator[Opener]:
    """Opens transports and GraphQL clients; each test runs on both kinds."""
    with ExitStack() as stack:
        yield Opener(request.param, stack)

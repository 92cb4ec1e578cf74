"""A test kit for backends: whether one keeps what the dispatcher promises.

    @pytest.mark.parametrize("check", CHECKS)
    def test_my_backend(check):
        with my_server() as server:
            subject = Subject(client=MyClient(server), room="mine:lobby", ...)
            with Bench(subject) as bench:
                check(bench)

Each check wants a server of its own, or one whose room is not used by another at the time. It
raises AssertionError, with words for what was promised.
"""

from backchannel.testing.bench import Bench, Subject
from backchannel.testing.checks import CHECKS, check_backend

__all__ = ["CHECKS", "Bench", "Subject", "check_backend"]

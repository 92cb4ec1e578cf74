"""How the command line ends: pipes that are closed, extras that are missing, subscriptions that are left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import glimesh_api as api
from backchannel import AsyncGlimesh
from backchannel.local import LocalGlimesh

BACKCHANNEL = Path(sys.executable).parent / "backchannel"


@pytest.mark.parametrize("arguments", [["demo"], ["demo", "--json"]])
def test_a_reader_that_has_enough_is_no_error_to_show(arguments: list[str]):
    with subprocess.Popen(
        [BACKCHANNEL, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stdout.readline()
        demo.stdout.close()
        assert demo.stderr.read() == ""
    assert demo.returncode == 1


def test_the_demo_without_its_extra_names_it(tmp_path: Path):
    # An interpreter that finds everything but starlette.
    hiding = "import sys; sys.modules['starlette'] = None; from backchannel.cli import main; "
    done = subprocess.run(
        [sys.executable, "-c", f"{hiding}sys.exit(main(['demo']))"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "backchannel[local]" in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_subscription_that_is_left_prints_nothing(capfd):
    with LocalGlimesh() as server:
        async with (
            AsyncGlimesh(token="tok-viewer", url=server.url) as glimesh,
            api.chat_message_sent(glimesh, channel_id="1") as messages,
        ):
            server.say(1, 1, "hello")
            assert (await anext(messages)).message == "hello"
    assert capfd.readouterr() == ("", "")

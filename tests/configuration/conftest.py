"""Files of configuration, and a process without settings of its own."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch, tmp_path):
    for name in os.environ:
        if name.startswith(("GLIMESH_", "ROCKETCHAT_", "BACKCHANNEL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))


@pytest.fixture
def write(tmp_path):
    """Write the file, which nobody else can read unless the test says so."""

    def write(text: str, mode: int = 0o600):
        path = tmp_path / "config.toml"
        path.write_text(text)
        path.chmod(mode)
        return path

    return write

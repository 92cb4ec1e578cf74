"""The wheel is what people get: it holds both packages, and works without the checkout."""

from __future__ import annotations

import email
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run_from(folder: Path, *arguments: str) -> str:
    # PYTHONPATH comes before the checkout that the development environment points to.
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_both_packages_are_in_it_and_typed(unpacked: Path):
    for package in ("backchannel", "glimesh_api"):
        assert (unpacked / package / "py.typed").is_file()
        assert (unpacked / package / "__init__.py").is_file()


def test_nothing_else_is_in_it(unpacked: Path):
    top = {path.name for path in unpacked.iterdir() if not path.name.endswith(".dist-info")}
    assert top == {"backchannel", "glimesh_api"}


def test_its_metadata_names_license_and_extras(unpacked: Path):
    [info] = unpacked.glob("*.dist-info")
    metadata = email.message_from_string((info / "METADATA").read_text())
    assert metadata["License-Expression"] == "MIT"
    assert (info / "licenses" / "LICENSE").is_file()
    assert set(metadata.get_all("Provides-Extra")) == {"cli", "codegen", "keyring", "local"}
    assert metadata["Requires-Python"] == ">=3.11"


def test_the_demo_runs_from_it(unpacked: Path):
    where = run_from(unpacked, "-c", "import backchannel; print(backchannel.__file__)")
    assert where.startswith(str(unpacked))
    *steps, last = run_from(unpacked, "-m", "backchannel.cli", "demo", "--json").splitlines()
    assert json.loads(last) == {"verified": True}
    assert steps

"""Completion, as the shells ask for it and show it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from backchannel.cli.parser import COMMANDS, build_parser
from backchannel.cli.proposals import propose, read_line
from support.commands import BACKCHANNEL, CommandLine
from support.terminal import Terminal

SHELLS = ("bash", "zsh", "fish")


def words(line: str) -> set[str]:
    return {word for word, _ in propose(read_line(line)).words}


@pytest.fixture(autouse=True)
def no_accounts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("GLIMESH_", "ROCKETCHAT_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("line", "proposed"),
    [
        ("backchannel ", set(COMMANDS)),
        ("backchannel s", {"send", "serve", "schema"}),
        ("backchannel send ", {"glimesh:", "rocketchat:"}),
        ("backchannel send r", {"rocketchat:"}),
        ("backchannel send --parts 3 r", {"rocketchat:"}),
        ("backchannel send --parts ", set()),
        ("backchannel send --markup ", {"plain", "markdown"}),
        ("backchannel send glimesh:a --pa", {"--parts"}),
        ("backchannel send glimesh:a -- --pa", set()),
        ("backchannel listen glimesh:a 'rocketchat:b' g", {"glimesh:"}),
        ("backchannel moderate glimesh:a ", {"timeout", "ban", "unban"}),
        ("backchannel moderate glimesh:a ban ", set()),
        ("backchannel serve --age ", {"3", "7", "8"}),
        ("backchannel schema ", {"pull", "diff"}),
        ("backchannel schema diff --fail-on ", {"breaking", "any"}),
        ("backchannel completion ", set(SHELLS)),
        ("backchannel dance ", set()),
        ("backchannel send 'a b", set()),
        ("backchannel", set()),
        ("", set()),
    ],
)
def test_what_is_proposed(line: str, proposed: set[str]):
    assert words(line) == proposed


def test_accounts_of_the_configuration_are_proposed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    file = tmp_path / "backchannel" / "config.toml"
    file.parent.mkdir()
    file.write_text('[rocketchat.work]\nurl = "https://chat.example.org"\n')
    assert words("backchannel send ") == {"rocketchat+work:"}
    file.write_text("[rocketchat")
    assert words("backchannel send ") == {"glimesh:", "rocketchat:"}


def test_files_are_left_to_the_shell():
    assert propose(read_line("backchannel history a:b --config ")).files
    assert propose(read_line("backchannel schema diff a")).files


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_every_command_is_proposed_with_its_help(command: str):
    _, parser = build_parser([command])
    assert parser is not None
    proposed = dict(propose(read_line(f"backchannel {command} -")).words)
    assert {"-h", "--help"} <= set(proposed)
    assert all(told and "%(" not in told for told in proposed.values())


def test_bash(nobody: CommandLine):
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    asked = """
        source <(backchannel completion bash)
        compopt() { true; }
        ask() { COMP_LINE=$1 COMP_POINT=${#1}; _backchannel; echo "${COMPREPLY[*]}"; }
        ask 'backchannel se'
        ask 'backchannel send rock'
        ask 'backchannel send rocketchat:'
        ask 'backchannel moderate glimesh:a '
    """
    done = subprocess.run(
        [bash, "--norc", "-c", asked], env=with_program(nobody), capture_output=True, text=True
    )
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.splitlines() == ["send serve", "rocketchat:", "", "timeout ban unban"]


@pytest.mark.parametrize(
    "command",
    [
        ("bash", "--norc", "--noprofile", "-i"),
        ("zsh", "-f", "-i"),
        ("fish", "--no-config", "-i"),
    ],
    ids=SHELLS,
)
def test_pressing_tab(nobody: CommandLine, command: tuple[str, ...]):
    shell = shutil.which(command[0])
    if shell is None:
        pytest.skip(f"{command[0]} is not installed")
    loading = {
        "bash": "bind 'set bell-style none'; source <(backchannel completion bash)",
        "zsh": "autoload -Uz compinit; compinit -u; source <(backchannel completion zsh)",
        "fish": "backchannel completion fish | source",
    }[command[0]]
    with Terminal([shell, *command[1:]], with_program(nobody)) as terminal:
        terminal.type(f"{loading}; echo rea''dy")
        terminal.await_text("ready\n")
        # Completed, or else the word that is printed is another.
        terminal.type("echo do''ne; backchannel compl\t no''where")
        terminal.await_text("completion: error: argument SHELL: invalid choice: 'nowhere'")
        terminal.type("backchannel history rock\tx\\ y")
        terminal.await_text("'rocketchat:x y' is no address")
        terminal.type("exit")
        terminal.end()


def with_program(nobody: CommandLine) -> dict[str, str]:
    return {**nobody.env, "PATH": f"{BACKCHANNEL.parent}{os.pathsep}{nobody.env['PATH']}"}

"""`backchannel completion`: the script by which a shell completes words.

The scripts ask this command again, with the line up to the cursor.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from backchannel.cli.exit_codes import OK
from backchannel.cli.proposals import Proposals, propose, read_line

FILES: Final = "*"
"""Printed in place of words: the shell is to complete the name of a file."""

_EPILOG = """\
bash, in ~/.bashrc:     source <(backchannel completion bash)
zsh, in ~/.zshrc:       source <(backchannel completion zsh)
fish, once:             backchannel completion fish > ~/.config/fish/completions/backchannel.fish"""

_BASH = r"""_backchannel() {
    local word
    COMPREPLY=()
    while IFS= read -r word; do
        if [[ $word == '*' ]]; then
            compopt -o default
            return
        fi
        [[ $word == *: ]] && compopt -o nospace
        COMPREPLY+=("$word")
    done < <(backchannel completion bash --line "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
}
complete -F _backchannel backchannel
"""

_ZSH = r"""#compdef backchannel
_backchannel() {
    local word
    local -a whole begun
    local line="${(j: :)words[1,CURRENT]}"
    for word in "${(@f)$(backchannel completion zsh --line "$line" 2>/dev/null)}"; do
        case $word in
            '') ;;
            '*') _files; return ;;
            *'\::'*) begun+=("$word") ;;
            *) whole+=("$word") ;;
        esac
    done
    _describe backchannel whole
    _describe backchannel begun -S ''
}
compdef _backchannel backchannel
"""

_FISH = r"""function __backchannel_words
    set -l line (commandline -cp | string collect)
    set -l found (backchannel completion fish --line "$line" 2>/dev/null)
    if test "$found" = '*'
        __fish_complete_path (commandline -ct)
    else
        printf '%s\n' $found
    end
end
complete -c backchannel -f -a '(__backchannel_words)'
"""

_SCRIPTS: Mapping[str, str] = MappingProxyType({"bash": _BASH, "zsh": _ZSH, "fish": _FISH})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = _EPILOG
    parser.add_argument("shell", metavar="SHELL", choices=tuple(_SCRIPTS), help="%(choices)s")
    parser.add_argument("--line", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """Print the script; with `--line`, what may stand at its end."""
    if arguments.line is None:
        print(_SCRIPTS[arguments.shell], end="")
        return OK
    words = read_line(arguments.line)
    proposals = propose(words)
    for line in _written(arguments.shell, proposals, words[-1] if words else ""):
        print(line)
    return OK


def _written(shell: str, proposals: Proposals, current: str) -> Iterator[str]:
    if proposals.files:
        yield FILES
    # bash replaces only what stands behind the last of these.
    behind = max(current.rfind(":"), current.rfind("=")) + 1
    for word, told in proposals.words:
        summary = re.sub(r"\s+", " ", told)
        if shell == "bash":
            if word[behind:]:
                yield word[behind:]
        elif shell == "zsh":
            escaped = word.replace(":", r"\:")
            yield f"{escaped}:{summary}"
        else:
            yield f"{word}\t{summary}"

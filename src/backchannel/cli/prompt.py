"""Questions to the person at the terminal, secrets without echo."""

from __future__ import annotations

import getpass
import sys
import warnings

from backchannel.errors import ConfigurationError

__all__ = ["ask", "ask_secret", "read_secret"]


def ask(question: str, *, otherwise: str) -> str:
    """Ask for something that may be seen.

    Args:
        question: what is shown.
        otherwise: the argument that answers it where there is no terminal.

    Raises:
        ConfigurationError: there is no terminal, or no answer.
    """
    if not sys.stdin.isatty():
        raise ConfigurationError(f"there is no terminal to ask at: give {otherwise}")
    print(question, end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline().strip()
    if not answer:
        raise ConfigurationError(f"nothing was answered; {otherwise} answers it too")
    return answer


def ask_secret(question: str, *, otherwise: str) -> str:
    """Ask for a secret, at the terminal even if input and output are others, and without echo.

    Raises:
        ConfigurationError: there is no terminal that can hide it, or no answer.
    """
    try:
        with warnings.catch_warnings():
            # It is willing to ask where everybody sees the answer.
            warnings.simplefilter("error", getpass.GetPassWarning)
            answer = getpass.getpass(question)
    except getpass.GetPassWarning:
        raise ConfigurationError(
            f"there is no terminal to ask for a secret at: give {otherwise}"
        ) from None
    except EOFError:
        answer = ""
    if not answer:
        raise ConfigurationError(f"nothing was answered; {otherwise} answers it too")
    return answer


def read_secret() -> str:
    """The next line of standard input, or "" at its end."""
    return sys.stdin.readline().rstrip("\r\n")

"""Settings of the process's environment. A value is never shown: it may be a secret."""

from __future__ import annotations

import os

from backchannel.errors import ConfigurationError


def required(name: str) -> str:
    """A setting that must be there.

    Raises:
        ConfigurationError: it is not set, or empty.
    """
    value = optional(name)
    if value is None:
        raise ConfigurationError(f"the environment variable {name} is not set")
    return value


def optional(name: str) -> str | None:
    """A setting, or None if it is not set or empty."""
    return os.environ.get(name) or None

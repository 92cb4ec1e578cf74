"""Keeps the secrets of URLs out of what the libraries below us log."""

from __future__ import annotations

import logging

from backchannel.wire.secrets import redact


class _MaskSecrets(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), ()
        return True


def masked_logger(name: str) -> logging.Logger:
    """The logger of this name, which from now on masks what it is given.

    Libraries log a request's target with its query, in which a token may stand.
    """
    logger = logging.getLogger(name)
    if not any(isinstance(known, _MaskSecrets) for known in logger.filters):
        logger.addFilter(_MaskSecrets())
    return logger


class _NoFrames(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno > logging.DEBUG


def frameless_logger(name: str) -> logging.Logger:
    """The logger of this name, which from now on lets nothing of frames through.

    `websockets` logs them, and cuts long ones in the middle: no pattern would find what is left of
    a secret.
    """
    logger = logging.getLogger(name)
    if not any(isinstance(known, _NoFrames) for known in logger.filters):
        logger.addFilter(_NoFrames())
    return logger

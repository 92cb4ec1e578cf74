"""Glimesh: clients, limits, errors, and the dispatcher's backend."""

from backchannel.glimesh.client import AsyncGlimesh, Glimesh
from backchannel.glimesh.errors import ResourceNotFound, Unauthorized
from backchannel.glimesh.limits import MAX_MESSAGE_LENGTH

__all__ = ["MAX_MESSAGE_LENGTH", "AsyncGlimesh", "Glimesh", "ResourceNotFound", "Unauthorized"]

"""The checks a handler makes after the schema: types, addresses, attachments and their fields.

A key that is missing or null is never checked. The texts are those of Meteor's `check`, which
puts one "Match error: " before another for every level it goes through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from backchannel.local.rocketchat.errors import Age, Failure
from backchannel.local.rocketchat.schema import scalar_text
from backchannel.local.rocketchat.world import JSONObject
from backchannel.wire.json import JSON

_PREFIX = "Match error: "
_ABSOLUTE = re.compile(r"(https?://|data:)")
_RELATIVE = re.compile(r"[^/]+/[^/].*$|/[^/].*$", re.MULTILINE)
_SCRIPT = re.compile(r"javascript:", re.IGNORECASE)
_UPLOADS = "/file-upload/"

Check: TypeAlias = Callable[[JSON], None]


def type_name(value: JSON) -> str:
    """The type of a value as JavaScript names it."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case _:
            return "object"


def _primitive(wanted: str) -> Check:
    def check(value: JSON) -> None:
        if type_name(value) != wanted:
            raise Failure(f"{_PREFIX}Expected {wanted}, got {type_name(value)}")

    return check


def _one_of(*wanted: str) -> Check:
    def check(value: JSON) -> None:
        if type_name(value) not in wanted:
            text = "Failed Match.OneOf, Match.Maybe or Match.Optional validation"
            raise Failure(f"{_PREFIX}{text}")

    return check


def _array(value: JSON) -> None:
    if not isinstance(value, list):
        raise Failure(f"{_PREFIX}Expected array, got {json.dumps(value, separators=(',', ':'))}")


def _object(value: JSON) -> None:
    if not isinstance(value, dict):
        raise Failure(f"{_PREFIX}Expected object, got {type_name(value)}")


def _url(value: JSON, *, relative: bool) -> None:
    if not isinstance(value, str):
        raise Failure(f"{_PREFIX}{_PREFIX}Expected string, got {type_name(value)}")
    known = _ABSOLUTE.match(value) or value.startswith(_UPLOADS)
    if not known and not (relative and _RELATIVE.match(value)):
        raise InvalidHref
    if _SCRIPT.match(value):
        raise InvalidHref


class InvalidHref(Failure):
    """An address that is none, or a script."""

    def __init__(self) -> None:
        super().__init__("Invalid href value provided")


def _full_url(value: JSON) -> None:
    _url(value, relative=False)


def _avatar_url(value: JSON) -> None:
    _url(value, relative=True)


_string = _primitive("string")
_number = _primitive("number")
_boolean = _primitive("boolean")

_MESSAGE: Mapping[str, Check] = {
    "_id": _string,
    "msg": _string,
    "text": _string,
    "alias": _string,
    "emoji": _string,
    "tmid": _string,
    "tshow": _boolean,
    "avatar": _avatar_url,
    "attachments": _array,
    "blocks": _array,
}
_ATTACHMENT: Mapping[str, Check] = {
    "color": _string,
    "text": _string,
    "ts": _one_of("string", "number"),
    "thumb_url": _full_url,
    "button_alignment": _string,
    "actions": _array,
    "message_link": _full_url,
    "collapsed": _boolean,
    "author_name": _string,
    "author_link": _full_url,
    "author_icon": _full_url,
    "title": _string,
    "title_link": _full_url,
    "title_link_download": _boolean,
    "image_dimensions": _object,
    "image_url": _full_url,
    "image_preview": _string,
    "image_type": _string,
    "image_size": _number,
    "audio_url": _full_url,
    "audio_type": _string,
    "audio_size": _number,
    "video_url": _full_url,
    "video_type": _string,
    "video_size": _number,
    "fields": _array,
}
_FIELD: Mapping[str, Check] = {
    "short": _boolean,
    "title": _string,
    "value": _one_of("string", "number", "boolean"),
}


def _check_keys(value: JSON, checks: Mapping[str, Check]) -> JSONObject:
    if not isinstance(value, dict):
        raise Failure(f"{_PREFIX}Expected object, got {type_name(value)}")
    for name, check in checks.items():
        if value.get(name) is None:
            continue
        try:
            check(value[name])
        except InvalidHref:
            raise
        except Failure as error:
            raise Failure(f"{_PREFIX}{error} in field {name}") from None
    return value


def check_message(message: JSONObject) -> None:
    """Check the types of a message's own keys. Raises Failure."""
    _check_keys(message, _MESSAGE)


def check_attachments(attachments: JSON, age: Age) -> None:
    """Check every attachment and its fields; before 8 values of fields become text.

    Raises Failure.
    """
    if not isinstance(attachments, list):
        return
    for item in attachments:
        fields = _check_keys(item, _ATTACHMENT).get("fields")
        for table_field in fields if isinstance(fields, list) else []:
            _check_field(_check_keys(table_field, _FIELD), age)


def _check_field(table_field: JSONObject, age: Age) -> None:
    value = table_field.get("value")
    if age == 8:
        if not value or not table_field.get("title"):
            raise Failure("Invalid attachment field, title and value is required")
    elif isinstance(value, (bool, int, float)):
        table_field["value"] = scalar_text(value)


def require_text(body: JSONObject, *names: str) -> tuple[str, ...]:
    """The texts of these keys, refused as servers without schemas do. Raises Failure."""
    texts: list[str] = []
    for name in names:
        if name not in body:
            raise Failure(f"{_PREFIX}Missing key '{name}'")
        value = body[name]
        if not isinstance(value, str):
            got = type_name(value)
            raise Failure(f"{_PREFIX}Expected string, got {got} in field {name}")
        texts.append(value)
    return tuple(texts)

"""Forms with files: `multipart/form-data`."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import Message
from email.parser import Parser

from backchannel.local.rocketchat.world import JSONObject


@dataclass(frozen=True)
class UploadedFile:
    """A file as it came: under which field, and what the client says of it."""

    key: str
    name: str
    type: str
    content: bytes = field(repr=False)


def read_form(content_type: str, body: bytes) -> tuple[JSONObject, list[UploadedFile]]:
    """The texts and the files of a form; a body that is none has neither."""
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_boundary()
    if boundary is None:
        return {}, []
    texts: JSONObject = {}
    files: list[UploadedFile] = []
    # The first part has no line end before its border, the last border has nothing after it.
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        # Browsers write names in UTF-8 as they are.
        headers = Parser().parsestr(head.decode("utf-8", "replace"), headersonly=True)
        name = headers.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            continue
        file_name = headers.get_filename()
        if file_name is None:
            texts[name] = content.decode("utf-8", "replace")
        else:
            files.append(UploadedFile(name, file_name, headers.get_content_type(), content))
    return texts, files

"""Run as a program: import each golden package, decode its replies, make its calls.

`python golden_replies.py CORPUS DIRECTORY` imports the packages `golden_<case>` in the directory
and prints a JSON object: for each case its documents, and what differs from its replies.json.
"""

import datetime
import decimal
import importlib
import json
import sys
from pathlib import Path
from types import ModuleType

import msgspec

from backchannel.errors import MalformedReply
from backchannel.graphql.models import UNSET


class Recorder:
    """Stands for a client: gives the variables that would be sent."""

    def execute(self, operation: object, variables: dict[str, object]) -> object:
        return json.loads(msgspec.json.encode(operation.wire_variables(variables)))

    subscribe = execute


def difference(api: ModuleType, entry: dict[str, object]) -> str:
    """What an entry of replies.json says that is not so; "" if all is."""
    names = {"api": api, "UNSET": UNSET, "datetime": datetime, "decimal": decimal}
    if "call" in entry:
        sent = eval(entry["call"], names | {"client": Recorder()})
        return "" if sent == entry["variables"] else f"sent {sent}"
    operation = getattr(api.operations, entry["operation"])
    try:
        it = operation.decode(json.dumps({"data": entry["data"]}).encode())
    except MalformedReply as error:
        refused = entry.get("refused")
        return "" if refused is not None and refused in str(error) else str(error)
    if "refused" in entry:
        return f"not refused: {it}"
    found = {code: repr(eval(code, names | {"it": it})) for code in entry["values"]}
    return "" if found == entry["values"] else f"found {found}"


def report(corpus: Path, case: str) -> dict[str, object]:
    """The documents of a case, and its differences."""
    api = importlib.import_module(f"golden_{case}")
    for name in api.__all__:
        getattr(api, name)
    entries = json.loads((corpus / case / "replies.json").read_text())
    found = [(entry, difference(api, entry)) for entry in entries]
    return {
        "documents": {
            operation.name: operation.document
            for constant in api.operations.__all__
            for operation in [getattr(api.operations, constant)]
        },
        "differences": [f"{entry}: {what}" for entry, what in found if what],
    }


def main(corpus: Path, directory: Path) -> None:
    sys.path.insert(0, str(directory))
    packages = sorted(path.name for path in directory.glob("golden_*"))
    cases = [name.removeprefix("golden_") for name in packages]
    print(json.dumps({case: report(corpus, case) for case in cases}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

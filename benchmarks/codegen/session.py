"""One operation changed, in a process that watches: `python -m benchmarks.codegen.session`.

Arguments: schema, operations, configuration, output, the file to change, and how often. Prints
JSON: the seconds of the first, full run, and the median of those after a change.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

from backchannel.codegen.incremental import Session
from backchannel.codegen.job import Job
from backchannel.codegen.write import write_package

from .operations import changed


def main() -> None:
    """Measure."""
    schema, queries, config, output, file = map(Path, sys.argv[1:6])
    job = Job(schema=[schema], queries=[queries], config=config, output=output)
    session = Session()
    full = _run(job, session)
    document = file.read_text()
    texts = [changed(document), document]
    times: list[float] = []
    for number in range(int(sys.argv[6])):
        file.write_text(texts[number % 2])
        times.append(_run(job, session))
    file.write_text(document)
    print(json.dumps({"full": full, "changed": statistics.median(times)}))


def _run(job: Job, session: Session) -> float:
    start = time.perf_counter()
    write_package(job.compile(session), job.output)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()

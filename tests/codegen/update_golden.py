"""Write what the corpora expect anew: `python tests/codegen/update_golden.py`.

Read what changed (`git diff tests/codegen`) before you commit it.
"""

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support import bad_input, golden


def main() -> None:
    for case in golden.CASES:
        files = golden.readable(golden.compiled(case))
        if files == golden.expected(case):
            continue
        directory = golden.GOLDEN / case / "expected"
        if directory.exists():
            shutil.rmtree(directory)
        for name, text in files.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        print(f"{case}: written")
    with tempfile.TemporaryDirectory() as directory:
        for case, said in bad_input.run_all(Path(directory)).items():
            path = bad_input.BAD / case / "expected.txt"
            path.write_text(said["err"], encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

"""Write `golden/*/expected` anew: `python tests/codegen/update_golden.py [CASE...]`.

Read what changed (`git diff tests/codegen/golden`) before you commit it.
"""

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support import golden


def main() -> None:
    for case in sys.argv[1:] or golden.CASES:
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


if __name__ == "__main__":
    main()

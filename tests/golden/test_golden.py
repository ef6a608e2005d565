"""Golden cases: input, project and output side by side; the output is compared byte for byte.

A new case is a folder `FORMAT/CASE` with `project.yaml` and `in/`; `python tests/golden/test_golden.py` writes its `out/`,
which is then read by a person before it is committed.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from veil.jobs.session import open_session
from veil.keys import Keys

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/*/project.yaml"))
SECRET = bytes(range(32))


def _made(case: Path, folder: Path) -> dict[str, bytes]:
    shutil.copytree(case / "in", folder / "in")
    shutil.copy(case / "project.yaml", folder)
    outcome = open_session(folder / "project.yaml").run(Keys.from_secret(SECRET))
    assert outcome.quarantined == []
    return {
        path.relative_to(outcome.out).as_posix(): path.read_bytes()
        for path in outcome.out.rglob("*")
        if path.is_file() and not path.name.startswith("veil-")
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_the_output_is_the_golden_one(case: Path, tmp_path: Path) -> None:
    wanted = {
        path.relative_to(case / "out").as_posix(): path.read_bytes()
        for path in (case / "out").rglob("*")
        if path.is_file()
    }
    assert wanted
    assert _made(case, tmp_path / "run") == wanted


if __name__ == "__main__":
    import tempfile

    for one in [HERE / name for name in sys.argv[1:]] or CASES:
        with tempfile.TemporaryDirectory() as scratch:
            for name, data in _made(one, Path(scratch) / "run").items():
                target = one / "out" / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)

"""A process of the crew that breaks: what it says of that."""

import subprocess
import sys

import pytest

BREAKS = """
import logging
from veil.errors import ServiceError
from veil.service.work.processes import _quietly

def serve():
    logging.getLogger("a.library").error("could not read Quackenthorpe.txt")
    raise {error}

_quietly("worker", serve)
"""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("OSError(28, 'No space left', '/dev/shm/x/Quackenthorpe.txt')", "kind=OSError"),
        ("KeyError('Quackenthorpe')", "kind=KeyError"),
        ("ServiceError('memory-folder', 'no memory')", "code=memory-folder"),
    ],
)
def test_a_worker_that_breaks_tells_the_kind_and_the_place_and_no_name_of_a_file(error, said):
    done = subprocess.run(
        [sys.executable, "-c", BREAKS.format(error=error)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert "Quackenthorpe" not in done.stdout + done.stderr

"""Memory: the first collection of garbage comes late and once, later ones as usual."""

import gc
import subprocess
import sys

PROGRAM = """
import gc
from veil import memory
usual = gc.get_threshold()
memory._OF_A_START = 5_000
memory.late_to_collect()
assert gc.get_threshold()[0] == 5_000 and len(gc.callbacks) == 1
before, frozen = gc.get_stats(), gc.get_freeze_count()
held = [[] for _ in range(3_000)]
assert gc.get_stats() == before
held += [[] for _ in range(3_000)]
assert gc.get_threshold() == usual and gc.callbacks == [] and gc.get_freeze_count() > frozen + 5_000
kept = gc.get_freeze_count()
circle = []; circle.append(circle); del circle
assert gc.collect() == 1 and gc.get_freeze_count() == kept
"""


def test_the_first_collection_is_late_and_what_follows_is_usual():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert gc.isenabled()

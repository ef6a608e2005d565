"""C35: as fast as a data team needs. The figures beside Cleared: `make bench-cleared`; here only that no change makes it slow."""

import csv
import datetime as dt
import io
import random
import time

POLICY = """profile: expert
tables:
  visits:
    subject: patient_id
    columns: {patient_id: pseudonym, visit_id: pseudonym, seen: shift, left: shift, ward: keep, weight: keep}
"""
ROWS = 60_000


def visits() -> str:
    draw = random.Random(5)
    sink = io.StringIO()
    out = csv.writer(sink, lineterminator="\n")
    out.writerow(["patient_id", "visit_id", "seen", "left", "ward", "weight"])
    for number in range(ROWS):
        day = dt.date(2015, 1, 1) + dt.timedelta(draw.randrange(2000))
        out.writerow(
            [
                draw.randrange(5000),
                700_000 + number,
                day,
                day + dt.timedelta(2),
                draw.choice("ABC"),
                draw.randrange(40, 120),
            ]
        )
    return sink.getvalue()


def by_hand(text: str) -> str:
    """What a script does that nobody verified: a dictionary of ids, a shift a patient, one row after the other."""
    rows, sink, ids, shifts = csv.reader(io.StringIO(text)), io.StringIO(), {}, {}
    out = csv.writer(sink)
    out.writerow(next(rows))
    for patient, visit, seen, left, *rest in rows:
        shift = shifts.setdefault(patient, dt.timedelta(len(shifts) % 365 + 1))
        moved = [(dt.datetime.strptime(day, "%Y-%m-%d").date() + shift).isoformat() for day in (seen, left)]  # noqa: DTZ007
        out.writerow([ids.setdefault(patient, len(ids)), ids.setdefault(("v", visit), len(ids)), *moved, *rest])
    return sink.getvalue()


def cpu(act) -> float:
    begun = time.process_time()
    act()
    return time.process_time() - begun


def test_c35_a_verified_release_takes_no_longer_than_a_script_of_one_loop(project):
    text = visits()
    made = project(POLICY, {"visits.csv": text})
    made.run()  # what is loaded once is loaded
    ours = min(cpu(made.run) for _ in range(2))
    theirs = min(cpu(lambda: by_hand(text)) for _ in range(2))
    assert ours < theirs, f"{ours:.2f} CPU s, a loop {theirs:.2f}"

"""Odd but real tables: each runs to its right answer, or is refused with its reason."""

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest


def test_a_blank_cell_of_a_lone_column_is_no_finding(project):
    made = project(
        "tables: {t: {subject: pid, columns: {pid: pseudonym}}}\nprofile: expert\n", {"t.csv": "pid\n1\n\n2\n"}
    )
    assert made.run().exit_code == 0
    assert made.bytes_out()["t.csv"].decode().splitlines()[2] == '""'

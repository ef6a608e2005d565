"""Testing: the laws of the house as checks, for those who write an operator, a detector or a format.

A check raises AssertionError with the law that is broken, and with row numbers, never with a value.

    check_operator(lambda: Shift(), ["2012-04-12", None], about={"subject": ["p1", "p1"]})
    check_detector(Dates(), ["seen on 12-Apr-2012"])
    check_format(Csv(), Path("patients.csv"))
    check_plugin("veil-luhn", {"luhn_pseudonym": ["4539148803436467"]})         # all of an installed package
    monkeypatch.setattr("veil.operators.dates.Shift", sabotaged(Shift, "last"))   # then a run must quarantine
"""

from veil.testing.detectors import check_detector
from veil.testing.formats import check_format
from veil.testing.operators import check_operator
from veil.testing.plugins import check_plugin
from veil.testing.sabotage import HOWS, sabotaged

__all__ = ["HOWS", "check_detector", "check_format", "check_operator", "check_plugin", "sabotaged"]

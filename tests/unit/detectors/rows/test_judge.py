"""Rows in a text: cells bound spans, and heads decide."""

import pytest


@pytest.mark.parametrize(
    ("row", "sex"),
    [
        ("HARROW\tLinnea\t12/04/1961\t0048812\t{}\t(617) 555-0110", "Female"),
        ("OKONJO\tAdaeze\t03/11/1958\t0051177\t{}\t617-555-0199", "Male"),
    ],
)
def test_a_sex_beside_a_number_stays(masked, row, sex):
    found = masked("Surname\tGiven\tDOB\tMRN\tSex\tPhone\n" + row.format(sex) + "\n")
    assert sex not in found
    assert not [span for span in found if "\t" in span]

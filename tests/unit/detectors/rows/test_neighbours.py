"""Lists in a text: given names after a comma belong to their list; diagnoses do not."""

import pytest


@pytest.mark.parametrize(
    "lines",
    [
        ["1. Brant, Otis - CHF", "2. Vell, Maud - COPD", "3. Nkemelu, Ada - sepsis"],
        ["- Okafor, Chidi (cellulitis)", "- Brandt, Lena (asthma)", "- Ostrowski, Piotr (gout)"],
        ["4A Haddad, Rania 71F", "4B Lindgren, Elsa 80F", "4C Moreau, Luc 66M"],
    ],
)
def test_given_names_after_a_comma_are_found_in_each_line(masked, lines):
    found = " ".join(masked("Census\n" + "\n".join(lines) + "\n"))
    names = [
        word
        for line in lines
        for word in line.replace(",", "").split()
        if word[0].isupper() and word.isalpha() and not word.isupper()
    ]
    assert [name for name in names if name not in found] == []


def test_diagnoses_after_a_comma_stay(masked):
    found = masked("Problems\n1. Pneumonia, Left - treated\n2. Gout, Chronic - stable\n3. Asthma, Mild - stable\n")
    assert found == []

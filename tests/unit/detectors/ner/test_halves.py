"""What a rule finds in part is whole where the network reads on: names, addresses, numbers with a hyphen."""

import pytest

from veil.detectors.scanner import standard

SCANNER = standard()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("DOB 04/17/39  HN 39435095\n621 Svouku Ct Oyelin", "621 Svouku Ct Oyelin"),
        ("[pump] user Yevruez Skalodal badge 635441 bed 7S21", "Yevruez Skalodal"),
        ("From Vraoshi To Eshnkoez\nRe Clandieira Dwerudal August 28, 1944\nFor UTI", "Dwerudal"),
        ("Case mgr Yevsk, 03 6042 8034. DVA 810175-K.", "810175-K"),
        ("COLL November 6, 2010 12:56 BY DT\nEDTA 4mL", "DT"),
        ("Medicare 2938 72016 7. Ph (02) 5550 9277", "2938 72016 7"),
    ],
)
def test_the_whole_is_masked(text, value):
    start = text.index(value)
    masked = {at for span in SCANNER.find([text])[0] for at in range(span.start, span.end)}
    assert {at for at in range(start, start + len(value)) if text[at].isalnum()} <= masked

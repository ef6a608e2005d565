"""Situations of dates in text: what is one, and what only looks like one."""

import pytest

from veil.detectors.base import Owner
from veil.detectors.dates import Dates
from veil.lexicon.dates import forms
from veil.model import Label, Text

DETECTOR = Dates()


def found(text, label=Label.DATE):
    (spans,) = DETECTOR.find([Text.of(text)], [Owner()])
    return [text[span.start : span.end] for span in spans if span.label is label]


@pytest.mark.parametrize(
    "text",
    [
        "OR Date : «12/04/2012» .",
        "seen on «4/12» and again «04/15»",
        "DOB:«4/12/1950», MRN 1234567",
        "DOB-«04/12/1950»",
        "signed «2012-04-12T14:30:05Z» by",
        "«04/12/2012» 14:30",
        "stay «April 12-15, 2012»",
        "stay «4/12-4/15/2012»; then «4/12/2012-4/15/2012»",
        "«Thursday, April 12, 2012» note",
        "since «Apr '12»",
        "the visit of «April\n12, 2012»",
        "on «the 12th of April»",
        "follow up in «March»",
        "«12-Apr-2012», «12.04.2012», «08.20.99»",
        "«4/12»: WBC 12",
        "«04/12–04/15» in house",
        "in «may 2012»",
        "«1/2/2012»,«1/3/2012»",
        "date «20120412»",
        "cultures of «10/23» negative",
    ],
)
def test_a_date_is_found_whole(text):
    plain = text.replace("«", "").replace("»", "")
    assert found(plain) == [part.split("»")[0] for part in text.split("«")[1:]]


@pytest.mark.parametrize(
    "text",
    [
        "BP 120/80",
        "strength 5/5",
        "pain 5/10",
        "20/40 vision",
        "1/2 tab",
        "6/80",
        "strength 4/12 throughout",
        "3/7 hx of cough",
        "4/7 ago",
        "for 2/7",
        "37 1/7 weeks",
        "555-123-4567",
        "123-45-6789",
        "v1.2.10",
        "12.04 mg",
        "the patient may 2 tabs",
        "he may be",
        "March of Dimes",
        "they march 3 times",
        "June Smith",
        "E11.9",
        "10.2.3.4",
        "MRN 20120412",
        "ratio 3/4",
        "1/2/",
        "13/13/2012",
        "31/02/2012",
        "Apr 12 mg",
        "2012",
        "item 4/12/3",
    ],
)
def test_what_only_looks_like_a_date_is_left(text):
    assert found(text) == []


@pytest.mark.parametrize("text", [text for form in forms() if form.text == "sure" for text in form.good])
def test_every_sure_form_is_found_in_a_sentence(text):
    (spans,) = DETECTOR.find([Text.of(f"He was seen ({text}) by us.")], [Owner()])
    dates = [span for span in spans if span.label is Label.DATE]
    assert len(dates) == 1
    assert text.startswith(f"He was seen ({text}) by us."[dates[0].start : dates[0].end][:8])


TIMES = ["at «14:30»", "«2:30 PM» today", "at «9 am»", "«1430 hrs»", "04/12/2012 «14:30:05»"]


@pytest.mark.parametrize("text", TIMES)
def test_a_time_of_day_is_found(text):
    plain = text.replace("«", "").replace("»", "")
    assert found(plain, Label.TIME) == [text.split("«")[1].split("»")[0]]


def test_offsets_are_those_of_the_raw_text():
    raw = "soft\u00adhyphen 12\u200b/04/2012 end"
    assert found(raw) == ["12\u200b/04/2012"]


def test_a_text_has_the_same_answer_alone_and_in_a_batch():
    texts = [Text.of(one) for one in ("on 4/12", "", "strength 5/5", "April 2012")]
    together = DETECTOR.find(texts, [Owner()] * 4)
    assert together == [DETECTOR.find([one], [Owner()])[0] for one in texts]


def test_a_hostile_text_takes_no_longer_than_its_length():
    import time

    def cost(text):
        start = time.process_time()
        DETECTOR.find([Text.of(text)], [Owner()])
        return time.process_time() - start

    cost("warm 1/1/2012")
    for piece in ("1/", "1-1-", "apr ", "1.1.", "April 1", "'12 "):
        assert cost(piece * 20_000) < 2.0

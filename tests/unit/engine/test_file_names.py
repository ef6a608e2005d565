"""New names for files: all names of a unit are read in one go, and each has the answer that it has alone."""

import datetime as dt

import pytest

from veil.detectors.scanner import standard
from veil.engine.file_names import FileNames
from veil.keys import Keys
from veil.policy.plan import FilePlan, Plan, SourcePlan, SubjectPlan

NAMES = [
    "visit-1.txt",
    "Quennell_Orla_00418812.txt",
    "ward/visit-2.txt",
    "Dr. Alice Wong/visit-3.txt",
    "2019-03-04.txt",
]
SOURCE = SourcePlan(
    "visits",
    "notes",
    "text",
    tuple(FilePlan(name, 0, {}) for name in NAMES),
    (),
    SubjectPlan(),
    "stop",
    day_first=False,
)
PLAN = Plan("p", "redact", "none", "subject", "en-US", dt.date(2026, 1, 1), {}, (SOURCE,), (), {}, None, {})


class Counting:
    """A scanner that counts how often it is asked."""

    def __init__(self):
        self.inner, self.calls, self.texts = standard(["patterns", "dates", "gazetteer"]), 0, 0

    def find(self, texts, owners=None, least=None):
        self.calls += 1
        self.texts += len(texts)
        return self.inner.find(texts, owners, least)


def names_by(scanner):
    return FileNames(PLAN, Keys.none(), None, scanner, b"salt")


def test_all_names_are_read_in_one_go():
    scanner = Counting()
    names = names_by(scanner)
    new = names.renamed(SOURCE, NAMES, [None] * len(NAMES))
    assert scanner.calls == 1
    assert names.renamed(SOURCE, NAMES, [None] * len(NAMES)) == new
    assert scanner.calls == 1
    assert scanner.texts < 2 * len(NAMES)


def test_each_name_has_the_answer_that_it_has_alone():
    together = names_by(standard()).renamed(SOURCE, NAMES, [None] * len(NAMES))
    alone = [names_by(standard()).renamed(SOURCE, [name], [None])[0] for name in NAMES]
    assert together == alone
    assert together[0] == "visit-1.txt"
    assert not any(word in " ".join(together) for word in ("Quennell", "Wong", "2019-03-04"))


@pytest.mark.parametrize(
    "folder",
    [
        "Dr. Alice Wong",
        "dr.wong",
        "Orla Quennell",
        "visits/Mrs. Okafor",
        "Visit of Mr. Lindqvist",
        "J. Smith",
        "j.smith",
        "Smith, J",
        "J_Smith",
        "J. Brown",
        "visits/O. Quennell",
        "Baker J",
        "s.young",
        "Young, S.",
    ],
)
def test_a_folder_that_is_called_like_a_person_goes_whatever_its_stops(folder):
    (new,) = names_by(standard()).renamed(SOURCE, [f"{folder}/visit-3.txt"], [None])
    assert folder not in new
    assert "/" not in new


@pytest.mark.parametrize("folder", ["Ward A", "visit-1", "group b", "unit 3", "notes/part-c"])
def test_a_folder_of_everyday_words_stays_also_beside_a_letter(folder):
    (new,) = names_by(standard()).renamed(SOURCE, [f"{folder}/visit-3.txt"], [None])
    assert new == f"{folder}/visit-3.txt"

"""Numbers: which numbers of a note are doses, pressures, results, codes, versions, scores or times, by form and words around."""

from __future__ import annotations

import re

from veil.lexicon.clinical import ClinicalWords
from veil.model import Label

BEFORE, BEHIND = 64, 28
_TOKEN_LEFT = re.compile(r"[^\s()\[\]{},;|\"'<>=]*\Z|\d{1,3}(?:,\d{3})*,\Z")
_TOKEN_RIGHT = re.compile(r"(?:[^\s()\[\]{},;|\"'<>=]|,(?=\d{3}(?!\d)))*")
_PRESSURE = re.compile(r"(\d{2,3})(?:-(\d{2,3}))?/(\d{2,3}|palp|p)(?:-(\d{2,3}))?")
_GAS = re.compile(r"[67]\.\d{1,2}(?:[/\-]{1,2}\d{1,3}(?:\.\d)?){2,4}%?")
_VENT = re.compile(r"\d{1,2}/\d{3}/\d{1,2}(?:/\d{2,3}%?)?")
_ICD = re.compile(r"[A-TV-Z]\d[0-9AB]\.[0-9A-TV-Z]{1,4}")
_ICD_SHORT = re.compile(r"[A-TV-Z]\d[0-9AB]")
_CODE = re.compile(
    r"\d{1,3}|[A-Z]?\d{3,5}[A-Z]?|[A-TV-Z]\d[0-9AB](?:\.?[0-9A-TV-Z]{1,4})?|\d{4,9}|\d{10,18}|\d{1,5}-\d|\d{4,5}-\d{3,4}-\d{1,2}|C\d{7}"
)
_SHAPES = re.compile(
    r"G\d{1,2}P\d{1,4}(?:A\d)?|[TN]\d[a-c]?N\d[a-c]?M[01x]|E\dV\d[T]?M\d|[pcgmn]\.[A-Za-z*]{0,3}\d+[\w>+\-*]*|"
    r"\d{1,5}(?:_\d{1,5})?(?:del|dup|ins)[ACGT]*|"
    r"\d{1,3}(?:\.\d)?(?:F|C)|\d{1,4}(?:\.\d{1,3})?x\d{1,4}(?:\.\d{1,3})?(?:x\d{1,4}(?:\.\d{1,3})?)?(?:mm|cm)?|"
    r"\d{1,4}(?:\.\d{1,2})?(?:mg|mcg|ml|mL|g|kg|cm|mm|cc|mEq|meq|lb|lbs|hr|hrs|min|bpm|Fr|G|ga|L|%)(?:/(?:kg|hr|min|day|dL|mL|L|h|d|hpf|m2))*|"
    r"(?:Th|[CTLSV])\d{1,2}(?:[\-/](?:Th|[CTLSV])?\d{1,2})?|\d{1,3}(?:,\d{3}){1,2}(?:\.\d+)?|\d{1,3}w\d?d?|\d{1,2}\+\d=\d{1,2}|\d{1,2}[+]\d"
)
_OF_A_BASE = re.compile(  # of a variant, a transcript or a term of an ontology
    r"rs\d{3,10}|[NX][MPCGRTW]_\d{5,10}(?:\.\d{1,2})?(?::\S{1,24})?|ENS[GTP]\d{8,12}|"
    r"(?:HP|MONDO|GO|CHEBI|ORPHA|OMIM|MIM|DOID|UBERON|EFO|HGNC|NCIT|MESH|SNOMED|LOINC):[A-Z]?\d{3,9}"
)
_MODEL = re.compile(r"[A-Z]{1,4}-?\d{1,4}[A-Z]{0,3}\d?")
_DOTTED = re.compile(r"[vV]?\d{1,4}(?:\.\d{1,4}){1,4}[a-z]?")
_RANGE = re.compile(r"(\d{1,3})-(\d{1,3})")
_YEAR_END = re.compile(r"(?:19|20)\d\d\Z")
_PAIR = re.compile(r"(\d{1,4})(?:-\d{1,2})?/(\d{1,4})")
_PLAIN = re.compile(r"[<>~]?\d{1,6}(?:\.\d{1,3})?(?:-\d{1,6}(?:\.\d{1,3})?)?[KkM%HL]?")
_TIMING = re.compile(r"(\d{1,2})(?:-\d{1,2})?/(7|12|24|52)")
_LAST_WORD = re.compile(r"([^\W\d_]{5,})\s\Z")
_BEGUN = re.compile(
    r"\b(?:start|beg[aiu]n|stop|since|last|gave|given|hold|held|resum|d/?c|due|on|until|till)", re.IGNORECASE
)
_STEMS = (
    "cillin",
    "mycin",
    "micin",
    "cycline",
    "floxacin",
    "azole",
    "prazole",
    "statin",
    "pril",
    "sartan",
    "olol",
    "dipine",
    "profen",
    "solone",
    "sone",
    "vir",
)
_LONGEST_CODE = 18
_DATED = frozenset({Label.DATE})
_AGED = frozenset({Label.AGE_OVER_89})


def token_of(shown: str, start: int, end: int) -> tuple[int, int]:
    """The number with all that is grown to it, up to a space, a bracket or a comma."""
    left = _TOKEN_LEFT.search(shown, max(0, start - 24), start)
    begin = left.start() if left else start
    right = _TOKEN_RIGHT.match(shown, end, end + 24)
    stop = right.end() if right else end
    while stop > end and shown[stop - 1] in ".:?!-":
        stop -= 1
    while begin < start and shown[begin] in "-.:#*+":
        begin += 1
    return begin, stop


class ClinicalNumbers:
    """Says of a number that a weak rule or the network took for an identifier whether it is one of medicine."""

    def __init__(self, words: ClinicalWords) -> None:
        self._words = words

    def is_value(self, shown: str, start: int, end: int, label: Label) -> bool:
        """Whether `shown[start:end]` is a clinical value or a piece of one."""
        begin, stop = token_of(shown, start, end)
        line = shown.rfind("\n", max(0, begin - BEFORE), begin) + 1
        before = shown[max(line, begin - BEFORE, 0) : begin]
        behind = shown[stop : stop + BEHIND].partition("\n")[0]
        token = shown[begin:stop]
        if "\t" in token or "\t" in shown[start:end]:
            return False
        if self._is_code(token, before, behind):
            return True
        if self._words.id_before.search(before):
            return False
        if label in _AGED:
            return _is_pressure(token) or (
                _RANGE.fullmatch(token) is not None and bool(self._words.tests.search(before))
            )
        if label in _DATED:
            return self._is_timed(token, before, behind)
        if label is Label.ZIP:
            return False
        if label is Label.DEVICE and _MODEL.fullmatch(token) and self._words.models.search(before):
            return True
        return self._is_formed(token) or self._is_measured(token, before, behind)

    def _is_code(self, token: str, before: str, behind: str) -> bool:
        """A code of a public system: by its own form with a full stop, else beside the system's name."""
        if _ICD.fullmatch(token) or _OF_A_BASE.fullmatch(token):
            return True
        if not _CODE.fullmatch(token) or len(token) > _LONGEST_CODE:
            return False
        return bool(self._words.systems.search(before) or self._words.systems_behind.match(behind))

    def _is_formed(self, token: str) -> bool:
        return bool(
            _is_pressure(token)
            or _GAS.fullmatch(token)
            or _VENT.fullmatch(token)
            or _SHAPES.fullmatch(token)
            or _ICD_SHORT.fullmatch(token)
            or _is_range(token)
        )

    def _is_measured(self, token: str, before: str, behind: str) -> bool:
        words = self._words
        if _DOTTED.fullmatch(token) and words.versions.search(before):
            return True
        if _PAIR.fullmatch(token) and (words.pairs_before.search(before) or words.pairs_behind.match(behind)):
            return True
        if not _PLAIN.fullmatch(token):
            return False
        return bool(words.tests.search(before) or words.units_behind.match(behind))

    def _is_timed(self, token: str, before: str, behind: str) -> bool:
        """What was read as a date: a version, a gas, a score, or days, weeks, months as a fraction."""
        words = self._words
        if _is_pressure(token) or _GAS.fullmatch(token) or _VENT.fullmatch(token):
            return True
        if _DOTTED.fullmatch(token) and not _YEAR_END.search(token) and words.versions.search(before):
            return True
        timing = _TIMING.fullmatch(token)
        if timing:
            if words.timings_before.search(before) or words.timings_behind.match(behind):
                return True
            weeks = timing[2] == "52"  # no day of a month
            return weeks or bool(words.complaints.search(before)) or self._is_behind_drug(before)
        pair = _PAIR.fullmatch(token)
        if pair:
            upper, lower = map(int, pair.groups())
            no_date = upper > 31 and lower > 31 and (upper > 100 or not 1900 < lower < 2100)
            if words.pairs_behind.match(behind) or self._is_behind_drug(before):
                return True
            return no_date and bool(words.pairs_before.search(before))
        return False

    def _is_behind_drug(self, before: str) -> bool:
        """Whether a drug stands right before, and no word that says when it began or ended: `Prescribed flucloxacillin 5/7`."""
        last = _LAST_WORD.search(before)
        if last is None or _BEGUN.search(before):
            return False
        lower = last[1].lower()
        return lower in self._words.drugs or lower.endswith(_STEMS)

    def is_grown(self, shown: str, start: int, end: int) -> bool:
        """Whether letters belong to a code of medicine that they are grown to: `p.Arg175His`."""
        begin, stop = token_of(shown, start, end)
        token = shown[begin:stop]
        return any(char.isdigit() for char in token) and bool(_SHAPES.fullmatch(token) or _ICD.fullmatch(token))


def _is_range(token: str) -> bool:
    """`122-140`: from a number to a higher one, of three digits at most."""
    match = _RANGE.fullmatch(token)
    return match is not None and int(match[1]) < int(match[2])


def _is_pressure(token: str) -> bool:
    """`142/88`, `130-140/70-80`, `90/palp`: a systolic over a diastolic pressure."""
    match = _PRESSURE.fullmatch(token)
    if match is None:
        return False
    upper, higher, lower, low = match.groups()
    if not 50 <= int(upper) <= 300 or (higher and not int(upper) <= int(higher) <= 300):
        return False
    if not lower.isdigit():
        return True
    return 15 <= int(lower) < int(higher or upper) and (low is None or int(lower) <= int(low) <= 200)

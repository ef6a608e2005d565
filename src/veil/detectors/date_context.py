"""Date context: what the words around say of a date that could be something else: a ratio, a dose, a verb, a name."""

from __future__ import annotations

import re
from collections.abc import Callable

from veil.lexicon.dates import WrittenDate, forms

SURE = 0.95
_TEXT = {form.id: form.text for form in forms()}
_CUE = re.compile(
    r"\b(?:on|since|from|until|till|til|thru|through|dated?|dob|d\.o\.b|born|birth|birthday|admit(?:ted)?|admission|"
    r"adm|discharged?|dc|d/c|seen|f/u|follow[ -]?up|appointment|appt|started|starting|between|before|after|prior|visit|"
    r"scheduled|exam|cxr|ct|mri|echo|ekg|labs?|study|surgery|expired|died|death|signed|dictated|transcribed|reported|"
    r"collected|received|ordered|performed|done|began|ended|effective|exp|expires|renewed|filled|ending|beginning|hd|pod)"
    r"[\s:=.(\-]*$",
    re.IGNORECASE,
)
_MONTH_CUE = re.compile(
    r"\b(?:in|since|of|until|till|by|last|next|this|early|late|mid|from|through|thru|during|before|after|between|every|"
    r"around|end|beginning|middle|on|to|past|previous|date)[\s:\-]*$",
    re.IGNORECASE,
)
_RATIO_BEFORE = re.compile(
    r"\b(?:bp|b/p|blood pressure|strength|motor|power|pain|acuity|vision|va|od|os|ou|scor(?:e[sd]?|ing)|apgars?|gcs|"
    r"graded?|ratio|titer|part|stage|level|reflex(?:es)?|dtrs?|pulses?|murmur|systolic|mmse|moca|recall|phq|scale|simv|imv|"
    r"peep|ps|cpap|bipap|x|times|about|approximately|rated?|rating|intensity|severity|sensation|muscles?|clonus|"
    r"patellar|biceps|triceps|ipsilateral|bilaterally|takes?|take|tabs?|dose|type|fractions?|half)"
    r"[\s:=.(\-]*(?:(?:is|was|at|of|a|an|as|are|were|by)[\s:]+){0,2}$",
    re.IGNORECASE,
)
_RATIO_BEHIND = re.compile(
    r"[\s\-]*(?:strength|motor|power|pain|hpf|systolic|diastolic|murmur|sem|hsm|days?\b|d\b|weeks?\b|wks?\b|months?\b|"
    r"mos?\b|years?\b|yrs?\b|ago|hx|history|duration|%|mg|mcg|ml|cc\b|units?|tabs?|tablets?|caps?|pills?|of\b|visits?|"
    r"leads?|positive|pos\b|bottles?|throughout|bilat|b/l|dtr|reflex|[rl]?ue\b|[rl]?le\b|upper|lower|extrem|muscle|"
    r"acuity|vision|scale|intensity|inch|in (?:all|both|the|upper|lower)\b|\"|cm\b|mm\b|pulses?|"
    r"edema|ns\b|normal|dose|grade|words?|objects?|recall|nodes?|"
    r"lymph|lns?\b|cores?|score|points?|sibs?|siblings|criteria|times|in intensity|at rest|strengths|out of|tsp|"
    r"cups?|ounces?|oz\b|lbs?|pounds?|packs?|ppd|drinks?|beers?|bottle|pint|liters?|l\b|teaspoon)",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"[\s\-]*(?:mg|mcg|ml|cc|units?|tabs?|tablets?|caps?|pills?|times|weeks?|wks?|months?|days?|hours?|hrs?|years?|yrs?|%|"
    r"mm|cm|kg|lbs?|percent|puffs?|doses?|points?|degrees?|meq|gm?|grams?|or\s+\d|to\s+\d+\s*(?:mg|times|tab))\b",
    re.IGNORECASE,
)
_ID_WORD = re.compile(
    r"\b(?:mrn|account|acct|id|no|num|number|record|specimen|accession|policy|member|phone|order|case|chart|unit|encounter|"
    r"claim|ssn|serial|lot|ref|mr|visit|pmid|pubmed|doi|isbn)[\s:#.=]*$",
    re.IGNORECASE,
)
_VERSION = re.compile(r"\b(?:v|ver|version|section|table|step|figure|release|rev|chapter|ip)[\s:.]*$", re.IGNORECASE)
_CLOCK = re.compile(r"[\s,@]*(?:at\s+)?\d{1,2}(?::\d\d|\s?[ap]\.?m)", re.IGNORECASE)
_VERB = re.compile(
    r"\s+(?:be|have|not|also|need|require|consider|benefit|represent|use|take|go|well|reflect|indicate|on|in|into)\b"
)
_NAMED_ON = re.compile(r" [A-Z][a-z]| of (?!this|last|next|that|the|\d)")
_WHOLE = re.compile(r"\b\d{1,3}[ +]$")
_OTHER_WORDS = frozenset(
    {"may", "march", "mar", "dec", "sep", "oct", "jan", "jun", "sun", "sat", "august", "april", "june"}
)
_NAMES_TOO = frozenset({"may", "march", "april", "june", "august"})
_SMALL = frozenset({2, 3, 4, 5, 6, 8, 10})
_SPANS_OF_TIME = frozenset({7, 12, 52})  # 3/7, 4/12, 2/52: days, months, weeks


def judged(shown: str, start: int, end: int, written: WrittenDate) -> float:
    """How sure it is that a text is a date; 0 where the words around say that it is none."""
    before, behind = shown[max(0, start - 32) : start].rpartition("\n")[2], shown[end : end + 24].partition("\n")[0]
    if _TEXT[written.form] == "sure":
        return 0.85 if before.endswith(("-", "/")) else SURE
    if written.weekday is not None:
        return SURE
    judge = _JUDGES.get(written.form)
    if judge is not None:
        return judge(before, behind, written)
    year = written.parts.year or 0
    return 0.7 if 1900 <= year <= 2050 and not _ID_WORD.search(before) else 0.0


def _slashed(before: str, behind: str, written: WrittenDate) -> float:
    """`4/12`: a date or a ratio."""
    first, _, second = written.text.partition("/")
    high = int(second)
    is_small = high in _SMALL and int(first) <= high
    is_time = high in _SPANS_OF_TIME and before.rstrip().lower().endswith(("for", "x", "past", "~"))
    is_mixed = (is_small or high == 7) and _WHOLE.search(before) is not None
    if is_time or is_mixed or before.endswith(("-", "/", "+")):
        return 0.0
    is_cued = _CUE.search(before) is not None
    if (_RATIO_BEHIND.match(behind) and (is_small or not is_cued)) or _RATIO_BEFORE.search(before):
        return 0.0
    if is_cued or _CLOCK.match(behind):
        return 0.9
    if "0" in (first[0], second[0]):
        return 0.8
    if is_small:
        return 0.0
    return 0.8 if not before.strip(" \t*-.)") and behind[:1] in (":", "-", " ", ")") else 0.6


def _named(before: str, behind: str, written: WrittenDate) -> float:
    """`May 2`, `2 may`: a date, or a verb and a number."""
    if _UNIT.match(behind):
        return 0.0
    start, end = written.slots["mon"]
    month = written.text[start:end]
    if month.lower() not in _OTHER_WORDS or "th" in written.slots:
        return SURE
    if _VERB.match(behind):
        return 0.0
    if month.islower():
        return 0.8 if _CUE.search(before) or _MONTH_CUE.search(before) else 0.0
    return 0.9


def _month_alone(before: str, behind: str, written: WrittenDate) -> float:
    """`in April`: a month, a verb, or somebody's name."""
    month = written.text
    if len(month) < 4 and month.lower() != "may":
        return 0.0
    cued = _MONTH_CUE.search(before) is not None
    if month.lower() in _NAMES_TOO:
        if month.islower() or not cued or _VERB.match(behind):
            return 0.0
        return 0.0 if _NAMED_ON.match(behind) else 0.8
    return 0.9 if cued else 0.8


def _digits(before: str, behind: str, written: WrittenDate) -> float:
    """`20120412`: a date, or somebody's number."""
    del behind
    year = written.parts.year or 0
    if not 1900 <= year <= 2050 or _ID_WORD.search(before):
        return 0.0
    return 0.9 if _CUE.search(before) else 0.6


def _dotted(before: str, behind: str, written: WrittenDate) -> float:
    """`12.04.12`: a date, or a version."""
    del behind
    if _VERSION.search(before) or len(written.text) < 8:
        return 0.0
    return 0.9 if _CUE.search(before) else 0.6


def _slashed_range(before: str, behind: str, written: WrittenDate) -> float:
    """`4/12-4/15`: days, or two ratios."""
    del written
    return 0.0 if _RATIO_BEHIND.match(behind) or _RATIO_BEFORE.search(before) else 0.85


_JUDGES: dict[str, Callable[[str, str, WrittenDate], float]] = {
    "month-day-numeric": _slashed,
    "range-numeric-yearless": _slashed_range,
    "range-numeric-days": _slashed_range,
    "month-day-name": _named,
    "range-days-yearless": _named,
    "day-month-name-yearless": _named,
    "month-only": _month_alone,
    "compact": _digits,
    "dotted-short": _dotted,
}

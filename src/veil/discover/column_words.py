"""Column words: the words that a column's name is made of, however they are joined."""

from __future__ import annotations

import re
from functools import cache

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[0-9])(?=[A-Z][a-z])")
_NUMBERED = re.compile(r"(.*?)(\d*)")
# Words that columns of health data are named by: enough of them to part `OWNERNAME`, `lastbilleddate1` and `patnr`.
_WHO = """
    pt patient patients pat person persons subject member client participant resident beneficiary insured
    subscriber guarantor guardian owner mother father parent spouse contact relative kin emergency next doctor doc
    physician provider prov practitioner clinician nurse surgeon therapist staff employee user author caregiver
    attending referring supervising ordering prescribing family household donor recipient newborn baby child
    infant
"""
_WHAT = """
    encounter enc visit admission adm hadm stay episode appointment appt organization organisation facility
    hospital clinic department dept ward room bed location payer payor insurance plan policy claim claims payment
    transaction invoice bill order test lab laboratory specimen sample result observation procedure proc diagnosis
    diag condition problem medication med drug prescription dispense immunization vaccine allergy device supply
    imaging study series instance image document note report message event record medical account acct site
    household charge visitor ticket vaccination schedule concept item equipment treatment referral
"""
_WHICH = """
    id ids uuid guid key no nr num nbr number code cd name first last middle given maiden sur fore full nick
    preferred legal date datetime time dt dob dod mrn ssn npi dea day month year birth born death age sex gender
    race ethnicity marital status type class category level desc description text title address addr street city
    state county country zip postal phone telephone tel mobile cell home work fax email mail start stop end begin
    from to admit discharge service billed updated created modified amount amt cost total price fee fees units
    unit quantity qty count paid balance due reason severity reaction value reference ref primary secondary
    covered uncovered outstanding place of base coverage healthcare expenses transfer out method line current
    illness serial external internal source security social social license licence driver drivers passport login
    hash token print plate vehicle member mode modality body system pid
"""
# Words in which shorter ones only seem to be: they are left whole.
_WHOLE = """
    valid invalid covid fluid steroid thyroid opioid lipid arid said paid unpaid prepaid avoid rapid acid period
    second seconds minute minutes notes payments transfers expenses unity community patients encounters placebo
    update candidate mandate sedate validate consolidate intimate estimate ultimate climate lifetime sometimes
    overtime context pretext address birthmark codeine encode decode barcode surname rename forename username
    nickname filename hostname management percentage average dosage stage usage language coverage package message
    storage mileage voltage lineage linkage triage discharge recharge surcharge weekday today monday birthday
    sunday holiday daytime timeout layout without about throughout workout customer numbers kidney
"""
_WORDS = frozenset(f"{_WHO} {_WHAT} {_WHICH} {_WHOLE}".split())
_SHORT = frozenset({"id", "pt", "no", "nr", "dt", "cd", "of", "to"})
_LONGEST = max(map(len, _WORDS))
_TAILED = 5


@cache
def words_of(name: str) -> tuple[str, ...]:
    """The words in lower case: `PATIENTID`, `patientId`, `Patient-ID` and `ID_PATIENT` alike give words.

    Keeps:   what is not made of words of the list stays whole.
    """
    found: list[str] = []
    for chunk in re.split(r"[^0-9A-Za-z]+", name):
        if not chunk:
            continue
        whole = _parted(chunk.lower())
        if whole is not None:
            found += whole
            continue
        for piece in _CAMEL.split(chunk):
            found += _parted(piece.lower()) or [piece.lower()]
    return tuple(found)


def _parted(chunk: str) -> list[str] | None:
    """The words that a chunk is made of with nothing left over; None where it is not made of words of the list.

    Keeps:   a number stays with the word before it; one letter behind the words (`STATUSP`) says nothing.
    """
    match = _NUMBERED.fullmatch(chunk)
    stem, number = (match.group(1), match.group(2)) if match else (chunk, "")
    words = _cut(stem)
    if words is None and len(stem) > _TAILED:
        words = _cut(stem[:-1])
        if words is not None and stem[-1] == "s":
            words[-1] += "s"
    return None if words is None else [*words[:-1], words[-1] + number]


def _cut(stem: str) -> list[str] | None:
    """The fewest words that the letters are made of; short ones only as the first, the last, or `of` between others."""
    best: list[list[str] | None] = [[], *([None] * len(stem))]
    for end in range(1, len(stem) + 1):
        for start in range(max(0, end - _LONGEST), end):
            before, word = best[start], stem[start:end]
            inner = start > 0 and end < len(stem)
            if before is None or word not in _WORDS or (word in _SHORT and inner and word != "of"):
                continue
            known = best[end]
            if known is None or len(before) + 1 < len(known):
                best[end] = [*before, word]
    return best[len(stem)] if stem else None

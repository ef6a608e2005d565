"""Numbers: dates, ids, ways to reach a person, and the clinical numbers that look like them."""

from __future__ import annotations

import datetime as dt
import random

from training.generator import pools
from veil.synth.forms import MONTHS

WEEKDAYS = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "Mon",
    "Tue",
    "Wed",
    "Thu",
    "Fri",
    "Sat",
    "Sun",
    "Tues",
    "Thurs",
]
HOLIDAYS = [
    "Christmas",
    "Thanksgiving",
    "Easter",
    "New Year's Eve",
    "New Year's Day",
    "Memorial Day",
    "Labor Day",
    "the Fourth of July",
    "Halloween",
    "Ramadan",
    "Passover",
    "Valentine's Day",
    "Diwali",
    "Mother's Day",
    "Christmas Eve",
]


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def letters(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(count))


def a_day(rng: random.Random, *, birth: bool = False) -> dt.date:
    return dt.date(1925 if birth else 1998, 1, 1) + dt.timedelta(days=rng.randrange(34_000 if birth else 10_400))


def _ordinal(day: int) -> str:
    return f"{day}{'th' if 10 < day < 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def long_date(rng: random.Random, day: dt.date) -> str:
    month, short = MONTHS[day.month - 1], MONTHS[day.month - 1][:3]
    return rng.choice((
        f"{month} {day.day}, {day.year}", f"{month} {_ordinal(day.day)}, {day.year}", f"{month} {day.day} {day.year}",
        f"{day.day} {month} {day.year}", f"{day.day} {short} {day.year}", f"{short} {day.day}, {day.year}", f"{short}. {day.day}, {day.year}",
        f"the {_ordinal(day.day)} of {month} {day.year}", f"{rng.choice(WEEKDAYS[:7])}, {month} {day.day}, {day.year}", f"{day.day:02d}-{short}-{day.year}",
        f"{day.day:02d}{short.upper()}{day.year}", f"{short.upper()} {day.day} {day.year}",
    ))  # fmt: skip


def short_date(rng: random.Random, day: dt.date) -> str:
    y2 = f"{day.year % 100:02d}"
    return rng.choice((
        f"{day.month}/{day.day}/{day.year}", f"{day.month:02d}/{day.day:02d}/{day.year}", f"{day.month}/{day.day}/{y2}", f"{day.month:02d}/{day.day:02d}/{y2}",
        f"{day.month:02d}-{day.day:02d}-{day.year}", f"{day.month}-{day.day}-{y2}", f"{day.day:02d}.{day.month:02d}.{day.year}", f"{day.day:02d}/{day.month:02d}/{day.year}",
        f"{day.month}.{day.day}.{y2}", day.isoformat(), day.strftime("%Y/%m/%d"), day.strftime("%Y%m%d"),
    ))  # fmt: skip


def month_day(rng: random.Random, day: dt.date) -> str:
    month = MONTHS[day.month - 1]
    return rng.choice(
        (
            f"{day.month}/{day.day}",
            f"{day.month:02d}/{day.day:02d}",
            f"{month} {day.day}",
            f"{month} {_ordinal(day.day)}",
            f"{day.day} {month}",
            f"the {_ordinal(day.day)} of {month}",
            f"{month[:3]} {day.day}",
            f"{day.month}-{day.day}",
            f"{day.day} {month[:3]}",
        )
    )


def month_year(rng: random.Random, day: dt.date) -> str:
    month = MONTHS[day.month - 1]
    return rng.choice(
        (
            f"{month} {day.year}",
            f"{month} of {day.year}",
            f"{month[:3]} {day.year}",
            f"{day.month}/{day.year}",
            f"{day.month:02d}/{day.year}",
            month,
            f"{month[:3]} '{day.year % 100:02d}",
            f"{day.year}-{day.month:02d}",
        )
    )


def phone(rng: random.Random) -> str:
    a, b, c = str(rng.randrange(201, 990)), str(rng.randrange(200, 999)), digits(rng, 4)
    if rng.random() < 0.1:
        return rng.choice(
            (
                f"+44 {digits(rng, 4)} {digits(rng, 6)}",
                f"+{rng.randrange(20, 99)} {digits(rng, 2)} {digits(rng, 4)} {digits(rng, 4)}",
                f"0{digits(rng, 3)} {digits(rng, 3)} {digits(rng, 4)}",
                f"+91-{digits(rng, 5)}-{digits(rng, 5)}",
            )
        )
    made = rng.choice(
        (
            f"{a}-{b}-{c}",
            f"({a}) {b}-{c}",
            f"{a}.{b}.{c}",
            f"{a} {b} {c}",
            f"{a}{b}{c}",
            f"1-{a}-{b}-{c}",
            f"+1 {a} {b} {c}",
            f"({a}){b}-{c}",
            f"{b}-{c}",
            f"+1-{a}-{b}-{c}",
            f"{a}/{b}-{c}",
        )
    )
    return made + (
        f"{rng.choice((' x', ' ext ', ' ext. ', 'x'))}{digits(rng, rng.choice((2, 3, 4)))}"
        if rng.random() < 0.08
        else ""
    )


def mrn(rng: random.Random) -> str:
    return rng.choice((digits(rng, rng.randrange(5, 11)), f"{letters(rng, 1)}{digits(rng, 7)}", f"{letters(rng, 2)}{digits(rng, 6)}", f"{digits(rng, 3)}-{digits(rng, 2)}-{digits(rng, 4)}", f"{digits(rng, 2)}-{digits(rng, 2)}-{digits(rng, 2)}", f"MRN{digits(rng, 7)}", f"{digits(rng, 4)} {digits(rng, 4)}", f"{letters(rng, 3)}-{digits(rng, 6)}", f"{digits(rng, 6)}{letters(rng, 1)}", f"{digits(rng, 3)}-{digits(rng, 3)}-{digits(rng, 3)}"))  # fmt: skip


def an_id(rng: random.Random) -> str:
    a, d = letters, digits
    year = rng.randrange(10, 27)
    return rng.choice((
        f"{a(rng, 1)}{d(rng, 2)}-{d(rng, 5)}", f"S-{d(rng, 2)}-{d(rng, 4)}", f"{a(rng, 2)}-{d(rng, 4)}", f"{a(rng, 3)}{d(rng, 5)}", f"{d(rng, 4)}-{a(rng, 2)}-{d(rng, 3)}",
        f"20{year}-{d(rng, 5)}", f"{d(rng, 8)}", f"{a(rng, 1)}{d(rng, 1)}{a(rng, 1)}{d(rng, 4)}", f"{a(rng, 2)}{d(rng, 2)}{a(rng, 2)}{d(rng, 2)}", f"{a(rng, 4)}-{d(rng, 3)}",
        f"SUBJ-{d(rng, 4)}", f"#{d(rng, 6)}", f"{a(rng, 2)}{year}{d(rng, 6)}", f"{d(rng, 3)}-{d(rng, 4)}", f"REF/{d(rng, 4)}/{year}", f"{a(rng, 3)}-20{year}-{d(rng, 4)}", f"{d(rng, 3)} {d(rng, 3)} {d(rng, 4)}",
    ))  # fmt: skip


def plan(rng: random.Random) -> str:
    return rng.choice((f"{letters(rng, 3)}{digits(rng, 9)}", f"{letters(rng, 1)}{digits(rng, 8)}", f"{digits(rng, 10)}{letters(rng, 1)}", f"{digits(rng, 1)}{letters(rng, 2)}{digits(rng, 1)}-{letters(rng, 2)}{digits(rng, 1)}-{letters(rng, 2)}{digits(rng, 2)}", f"{letters(rng, 3)}-{digits(rng, 6)}-{digits(rng, 2)}", f"{letters(rng, 2)}{digits(rng, 7)}", f"{digits(rng, 11)}", f"HP-{digits(rng, 7)}", f"{letters(rng, 4)}{digits(rng, 6)}"))  # fmt: skip


def account(rng: random.Random) -> str:
    return rng.choice(
        (
            digits(rng, 8),
            digits(rng, 10),
            f"{digits(rng, 4)}-{digits(rng, 4)}-{digits(rng, 4)}-{digits(rng, 4)}",
            f"ACC-{digits(rng, 6)}",
            f"{letters(rng, 2)}{digits(rng, 8)}",
            f"{digits(rng, 6)}-{digits(rng, 2)}",
            f"ACCT{digits(rng, 7)}",
            f"{digits(rng, 3)}-{digits(rng, 6)}",
        )
    )


def a_license(rng: random.Random) -> str:
    return rng.choice((f"{letters(rng, 2)}{digits(rng, 7)}", f"{letters(rng, 1)}{digits(rng, 7)}", f"1{digits(rng, 9)}", f"{letters(rng, 1)}{digits(rng, 3)}-{digits(rng, 4)}-{digits(rng, 4)}", f"MD{digits(rng, 6)}", f"{letters(rng, 2)}-{digits(rng, 6)}", f"RN-{digits(rng, 6)}", f"{digits(rng, 8)}", f"MD-{digits(rng, 5)}-{letters(rng, 2)}"))  # fmt: skip


def vin(rng: random.Random) -> str:
    return "".join(rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ0123456789") for _ in range(17))


def plate(rng: random.Random) -> str:
    return rng.choice(
        (
            f"{letters(rng, 3)} {digits(rng, 4)}",
            f"{letters(rng, 3)}-{digits(rng, 4)}",
            f"{digits(rng, 1)}{letters(rng, 3)}{digits(rng, 3)}",
            f"{letters(rng, 2)}{digits(rng, 2)} {letters(rng, 3)}",
            f"{digits(rng, 3)}-{letters(rng, 3)}",
        )
    )


def serial(rng: random.Random) -> str:
    return rng.choice((f"SN{digits(rng, 8)}", f"{letters(rng, 3)}{digits(rng, 6)}", f"{letters(rng, 2)}-{digits(rng, 4)}-{letters(rng, 2)}", f"{digits(rng, 4)}{letters(rng, 1)}{digits(rng, 4)}", f"(01){digits(rng, 14)}(21){letters(rng, 1)}{digits(rng, 6)}", f"{letters(rng, 1)}{digits(rng, 2)}{letters(rng, 1)}{digits(rng, 5)}", f"{letters(rng, 4)}-{digits(rng, 5)}", f"PM-{digits(rng, 6)}"))  # fmt: skip


def ssn(rng: random.Random) -> str:
    a, b, c = f"{rng.randrange(1, 899):03d}", f"{rng.randrange(1, 99):02d}", f"{rng.randrange(1, 9999):04d}"
    return rng.choice((f"{a}-{b}-{c}", f"{a}-{b}-{c}", f"{a}{b}{c}", f"{a} {b} {c}", f"XXX-XX-{c}"))


def url(rng: random.Random) -> str:
    word = pools.odd_word(rng)
    host = f"{rng.choice(('www.', 'portal.', 'my', ''))}{word}{rng.choice(('health', 'clinic', 'care', 'med', ''))}.{rng.choice(('com', 'org', 'net', 'edu', 'io'))}"
    return (
        rng.choice(("", "https://", "http://"))
        + host
        + rng.choice(("", "", f"/{pools.odd_word(rng)}", f"/patients/{digits(rng, 6)}", f"/u/{word}"))
    )


def ip(rng: random.Random) -> str:
    if rng.random() < 0.1:
        return "2001:db8:" + ":".join(f"{rng.randrange(65536):x}" for _ in range(6))
    return ".".join(str(rng.randrange(1, 255)) for _ in range(4))


def vital(rng: random.Random) -> str:
    return rng.choice(
        (
            f"BP {rng.randrange(80, 200)}/{rng.randrange(40, 110)}",
            f"HR {rng.randrange(45, 150)}",
            f"RR {rng.randrange(8, 34)}",
            f"T {rng.randrange(960, 1040) / 10}",
            f"SpO2 {rng.randrange(80, 100)}%",
            f"SpO2 {rng.randrange(85, 100)}% on {rng.randrange(1, 6)}L NC",
            f"Wt {rng.randrange(40, 160)} kg",
            f"BMI {rng.randrange(170, 450) / 10}",
        )
    )


def lab(rng: random.Random) -> str:
    return rng.choice((f"Na {rng.randrange(120, 150)}", f"K {rng.randrange(28, 62) / 10}", f"WBC {rng.randrange(20, 250) / 10}", f"Hgb {rng.randrange(60, 170) / 10}", f"Cr {rng.randrange(5, 60) / 10}", f"INR {rng.randrange(9, 50) / 10}", f"A1c {rng.randrange(50, 130) / 10}%", f"troponin {rng.randrange(1, 400) / 100}", f"lactate {rng.randrange(5, 90) / 10}", f"TSH {rng.randrange(1, 99) / 10}", f"platelets {rng.randrange(20, 500)}", f"glucose {rng.randrange(50, 500)} mg/dL", f"pH 7.{rng.randrange(10, 55)}", f"CRP {rng.randrange(1, 300)}", f"BUN {rng.randrange(5, 90)}"))  # fmt: skip


def score(rng: random.Random) -> str:
    return rng.choice((f"GCS {rng.randrange(3, 16)}", f"APGAR {rng.randrange(3, 9)}/{rng.randrange(7, 10)}", f"Apgars {rng.randrange(5, 9)} and 9", f"NIHSS {rng.randrange(0, 25)}", f"pain {rng.randrange(0, 10)}/10", f"ECOG {rng.randrange(0, 4)}", f"MELD {rng.randrange(6, 40)}", f"CHA2DS2-VASc {rng.randrange(0, 8)}", f"PHQ-9 {rng.randrange(0, 27)}", f"Gleason {rng.choice(('3+3', '3+4', '4+5'))}", f"Wells score {rng.randrange(0, 9)}", f"MMSE {rng.randrange(8, 30)}/30", f"Braden {rng.randrange(8, 23)}", f"ASA {rng.choice(('I', 'II', 'III'))}", f"T{rng.randrange(1, 4)}N{rng.randrange(0, 3)}M0", f"Bishop {rng.randrange(2, 10)}", f"Mallampati {rng.choice(('I', 'II', 'III', '3'))}", f"CURB-65 {rng.randrange(0, 5)}"))  # fmt: skip


def code(rng: random.Random) -> str:
    return rng.choice(
        (
            f"{letters(rng, 1)}{digits(rng, 2)}.{digits(rng, rng.choice((1, 2)))}",
            f"{letters(rng, 1)}{digits(rng, 2)}",
            digits(rng, 5),
            f"{digits(rng, 3)}.{digits(rng, 2)}",
            f"{digits(rng, 5)}-{digits(rng, 1)}",
            f"{digits(rng, 3)}.{digits(rng, 1)}",
            f"CPT {digits(rng, 5)}",
            f"ICD-10 {letters(rng, 1)}{digits(rng, 2)}.{digits(rng, 1)}",
            f"{letters(rng, 1)}{digits(rng, 4)}",
        )
    )


def dose(rng: random.Random) -> str:
    amount = rng.choice((5, 10, 20, 25, 40, 50, 81, 100, 125, 200, 250, 325, 500, 650, 1000, 2.5, 0.5, 12.5))
    unit = rng.choice(("mg", "mg", "mg", "mcg", "units", "mL", "g", "mg/kg", "%", "tabs"))
    return f"{amount}{rng.choice((' ', ' ', ''))}{unit}" + rng.choice(
        (
            " PO",
            " IV",
            " daily",
            " BID",
            " TID",
            " q6h",
            " q8h PRN",
            " at bedtime",
            "",
            "",
            " SQ",
            " po qd",
            " x 7 days",
        )
    )


def duration(rng: random.Random) -> str:
    return f"{rng.choice((rng.randrange(2, 30), rng.choice(('two', 'three', 'several', 'a few', 'six'))))} {rng.choice(('days', 'weeks', 'months', 'years', 'hours'))}"


def reltime(rng: random.Random) -> str:
    return rng.choice((f"POD #{rng.randrange(1, 9)}", f"POD{rng.randrange(1, 9)}", f"day {rng.randrange(1, 20)}", "yesterday", "today", "last week", "two days ago", f"{rng.randrange(2, 12)} months ago", "this morning", "overnight", f"HD {rng.randrange(1, 12)}", f"week {rng.randrange(4, 40)}", f"{rng.randrange(2, 9)}/7 ago", "at birth", f"{rng.randrange(20, 41)} weeks"))  # fmt: skip


def time(rng: random.Random) -> str:
    hour, minute = rng.randrange(24), rng.randrange(60)
    return rng.choice(
        (
            f"{hour:02d}:{minute:02d}",
            f"{hour:02d}{minute:02d}",
            f"{hour % 12 or 12}:{minute:02d} {rng.choice(('am', 'pm', 'AM', 'PM'))}",
            f"{hour % 12 or 12} {rng.choice(('am', 'pm'))}",
            f"{hour:02d}:{minute:02d}:{rng.randrange(60):02d}",
            f"{hour:02d}{minute:02d} hrs",
            f"{hour % 12 or 12}{rng.choice(('am', 'pm'))}",
        )
    )

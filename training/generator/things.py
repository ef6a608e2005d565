"""Things: what looks like an identifier and is none, often under a name that a person could bear."""

from __future__ import annotations

import random

from training.generator import numbers, people, pools


def _name(rng: random.Random) -> str:
    """A word that could be anybody's name, in title case."""
    draw = rng.random()
    if draw < 0.4:
        word = pools.odd_word(rng)
        return word[0].upper() + word[1:]
    return people.a_family(rng) if draw < 0.85 else people.a_given(rng, rng.choice("FM"))


def _joined(rng: random.Random) -> str:
    return f"{_name(rng)}-{_name(rng)}" if rng.random() < 0.18 else _name(rng)


def eponym_bare(rng: random.Random) -> str:
    if rng.random() < 0.3:
        return rng.choice(pools.eponym_names()).capitalize()
    return _joined(rng)


def eponym(rng: random.Random) -> str:
    return eponym_bare(rng) + (rng.choice(("'s ", " ", " ", "s ")) if rng.random() < 0.25 else " ") + _head(rng)


def _head(rng: random.Random) -> str:
    return rng.choice(pools.phrases("heads")).removeprefix("'s ").strip()


def device(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.45:
        return rng.choice(pools.phrases("devices"))
    if draw < 0.75:
        return f"{_joined(rng)} {rng.choice(('catheter', 'drain', 'tube', 'stent', 'clamp', 'retractor', 'valve', 'plate', 'pump', 'monitor', 'line', 'port', 'mesh', 'graft', 'forceps', 'cannula', 'brace', 'sensor', 'lead', 'cup', 'nail'))}"
    return product(rng)


def product(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.12:
        return rng.choice(pools.phrases("brands"))
    core = _name(rng)
    if draw < 0.72:
        return core
    return core + rng.choice(
        (
            " XR",
            " II",
            " 3000",
            "Flex",
            " Pro",
            "-2",
            " gel",
            " Plus",
            "™",
            "®",
            " Max",
            " One",
            " cream",
            " spray",
            " system",
            " kit",
            " ER",
            " HD",
        )
    )


def drug(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.55:
        return rng.choice(pools.COMMON_DRUGS)
    if draw < 0.7:
        return rng.choice(pools.drugs())
    if draw < 0.85:
        return rng.choice(pools.drugs()).title()
    return _name(rng)


def software(rng: random.Random) -> str:
    return rng.choice(pools.phrases("software")) if rng.random() < 0.5 else _name(rng)


def trial(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.5:
        return rng.choice(pools.phrases("trials"))
    return _name(rng).upper() + rng.choice(("", "-2", "-HF", " II", "-AF"))


def organism(rng: random.Random) -> str:
    return (
        rng.choice(pools.phrases("organisms"))
        if rng.random() < 0.75
        else _name(rng) + rng.choice(("ella", "ia", "coccus", " species", "bacter"))
    )


def gene(rng: random.Random) -> str:
    return (
        rng.choice(pools.phrases("genes"))
        if rng.random() < 0.7
        else f"{numbers.letters(rng, rng.choice((2, 3, 4)))}{rng.randrange(1, 20)}"
    )


def diagnosis(rng: random.Random) -> str:
    if rng.random() < 0.3:
        return rng.choice(pools.abbreviations())
    text = rng.choice(pools.diagnoses())
    return text[0].lower() + text[1:] if rng.random() < 0.6 and not text[1].isupper() and " " in text else text


def size(rng: random.Random) -> str:
    a, b, c = (rng.randrange(2, 99) / 10 for _ in range(3))
    return rng.choice(
        (
            f"{a} cm",
            f"{a} x {b} cm",
            f"{a} x {b} x {c} cm",
            f"{rng.randrange(2, 40)} mm",
            f"{rng.randrange(6, 28)} Fr",
            f"{rng.randrange(14, 27)}G",
        )
    )


def lot(rng: random.Random) -> str:
    return rng.choice(
        (
            f"lot {numbers.digits(rng, 4)}{numbers.letters(rng, 1)}{numbers.digits(rng, 2)}",
            f"Lot #{numbers.letters(rng, 2)}{numbers.digits(rng, 4)}",
            f"lot no. {numbers.digits(rng, 6)}",
        )
    )


def bed(rng: random.Random) -> str:
    return rng.choice(
        (
            str(rng.randrange(1, 60)),
            f"{rng.randrange(100, 999)}",
            f"{rng.randrange(100, 999)}{rng.choice('AB')}",
            f"{rng.randrange(2, 9)}-{rng.randrange(1, 30)}",
            f"{rng.randrange(1, 30)}{rng.choice('ABCD')}",
        )
    )


def ratio(rng: random.Random) -> str:
    return rng.choice(
        (
            f"{rng.randrange(90, 190)}/{rng.randrange(50, 110)}",
            f"{rng.randrange(0, 5)}/5",
            f"{rng.randrange(1, 6)}/6",
            f"20/{rng.choice((20, 25, 30, 40, 70, 100, 200))}",
            f"{rng.randrange(1, 10)}/10",
            f"{rng.randrange(1, 4)}:{rng.randrange(1, 9)}",
        )
    )


SLOTS = {
    "eponym": eponym, "eponym.bare": eponym_bare, "device": device, "product": product, "drug": drug, "software": software, "trial": trial,
    "term": people.a_claimed,
    "organism": organism, "gene": gene, "dx": diagnosis, "size": size, "lot": lot, "bed": bed, "ratio": ratio,
    "brand": lambda rng: rng.choice(pools.phrases("brands")) if rng.random() < 0.6 else _name(rng),
    "symptom": lambda rng: rng.choice(pools.phrases("symptoms")), "procedure": lambda rng: rng.choice(pools.phrases("procedures") if rng.random() < 0.8 else pools.abbreviations()),
    "bodypart": lambda rng: rng.choice(pools.phrases("bodyparts")), "count": lambda rng: str(rng.choice((rng.randrange(1, 10), rng.randrange(1, 100), rng.randrange(100, 5000)))),
    "dose": numbers.dose, "lab": numbers.lab, "vital": numbers.vital, "score": numbers.score, "code": numbers.code, "duration": numbers.duration, "reltime": numbers.reltime,
}  # fmt: skip

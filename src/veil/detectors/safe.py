"""Safe: which words and numbers of a note are known to say nothing of a person."""

from __future__ import annotations

import re
from functools import lru_cache

from veil.detectors import cues
from veil.detectors.tokens import bits_of, family_rank, given_rank, is_wordlike
from veil.lexicon.words import CITY, CLINICAL, DRUG, ENGLISH, EVERYDAY, abbreviations, safe_words

_WORDS = ENGLISH | CLINICAL | EVERYDAY | DRUG
_RARE_EPONYM = 9  # log2 of the bearers over 64: Foley, Allis, Penrose; not Jackson
_FRONTS = (
    "non", "pre", "post", "peri", "intra", "inter", "extra", "supra", "infra", "sub", "trans", "retro", "hemi", "micro",
    "macro", "multi", "uni", "bi", "tri", "semi", "un", "over", "under", "re", "de", "dis", "anti", "hyper", "hypo",
    "para", "poly", "mid", "electro", "neuro", "cardio", "gastro", "antero", "postero", "infero", "supero", "antero",
    "medio", "latero", "dorso", "ventro", "thoraco", "abdomino", "cervico", "utero", "uretero", "vesico", "recto",
    "ilio", "femoro", "tibio", "radio", "cysto", "endo", "exo", "auto", "cranio", "osteo", "fibro", "lumbo", "sacro",
    "pneumo", "hydro", "hemo", "myo", "patho", "physio", "psycho", "thermo", "ultra", "co", "mal", "super", "naso", "oro",
    "temporo", "fronto", "occipito", "parieto", "costo", "sterno", "humero", "ulno", "scapulo", "acetabulo", "chondro",
    "angio", "arterio", "veno", "broncho", "laryngo", "pharyngo", "tracheo", "esophago", "duodeno", "jejuno", "ileo",
    "colo", "sigmoido", "hepato", "chole", "spleno", "nephro", "pyelo", "uro", "prostato", "vagino", "hystero",
    "salpingo", "oophoro", "kerato", "retino", "vitreo", "oto", "rhino", "dermato", "lipo", "adeno", "lympho", "immuno",
    "histo", "cyto", "onco", "fluoro", "sono", "echo", "mammo", "spiro", "fore", "out", "up", "down", "self", "mis",
)  # fmt: skip
_ENDS = (
    ("s", ""), ("es", ""), ("ies", "y"), ("ae", "a"), ("i", "us"), ("a", "um"), ("ed", ""), ("ed", "e"), ("ied", "y"),
    ("ing", ""), ("ing", "e"), ("ly", ""), ("ly", "le"), ("ally", ""), ("ily", "y"), ("er", ""), ("er", "e"), ("ers", ""),
    ("est", ""), ("ness", ""), ("al", ""), ("al", "e"), ("ar", ""), ("ic", ""), ("ic", "y"), ("ic", "ia"), ("less", ""),
    ("able", ""), ("able", "e"), ("ment", ""), ("like", ""), ("wise", ""), ("y", ""), ("ses", "sis"), ("ty", ""),
)  # fmt: skip
_CLINICAL_ENDS = (
    "scopic", "scopically", "scope", "scopes", "scopy", "tomy", "tomies", "stomy", "rrhaphy", "rrhaphies", "plasty",
    "plasties", "tripsy", "graphy", "graphic", "grams", "gram", "pathic", "genic", "lysis", "lytic", "penia", "trophy",
    "trophic", "plegia", "paresis", "algia", "rrhea", "rrhage", "megaly", "cele", "ectasis", "stenosis", "emia", "emic",
    "uria", "itis", "osis", "oma", "omas", "pathy", "pathies", "cidal", "static", "phobia", "vascular", "cutaneous",
    "muscular", "lateral", "medial", "mycin", "cillin", "prazole", "statin", "sartan", "olol", "azepam", "caine",
)  # fmt: skip
_UNIT = re.compile(
    r"\s?(?:%|mg|mcg|ug|ng|pg|kg|g|gm|gms|grams?|lbs?|oz|ml|cc|dl|liters?|l|cm|mm|inch(?:es)?|feet|ft|hz|khz|mmhg|mmol|mol"
    r"|meq|iu|units?|mu|cgy|gy|mci|kvp?|mv|watts?|joules?|bpm|rpm|hours?|hrs?|min(?:ute)?s?|sec(?:ond)?s?|days?|weeks?"
    r"|months?|years?|degrees?|french|gauge|cells?|copies|k/ul|/ul|/mm|beats|times|tablets?|tabs?|caps?|puffs?|drops?)"
    r"(?![a-z])",
    re.IGNORECASE,
)  # fmt: skip
_SHAPES = re.compile(
    r"\d{1,3}"  # small counts, vitals
    r"|\d{1,4}\.\d{1,3}|\d{1,2}\.\d{1,2}\.\d{1,2}"  # measures
    r"|\d{1,3}(?:,\d{3}){1,2}(?:\.\d{1,2})?"  # 12,000
    r"|\d{1,3}(?:\.\d{1,2})?[/\-:]\d{1,3}(?:\.\d{1,2})?"  # 120/80, 2-3, 3-0, 1:10
    r"|\d{1,2}/\d{1,2}/\d|\d{1,2}-\d{1,2}-\d|1:\d{1,3}(?:,?000)|\d{1,2}-\d/\d{1,2}"
)
_MIXED = re.compile(
    r"hb?g?a1c|chads\d|[A-Za-z]{1,2}\d{1,2}[A-Za-z]{0,2}|[A-Za-z]{2,4}\d{1,2}|\d{1,4}(?:mg|mcg|ml|cc|cm|mm|kg|g|lb|lbs|hr|h|d|w|x|k|s|f|th|st|nd|rd|mo|yo|fr|min|hz|j|u)"
    r"|\d{1,2}[A-Za-z]{1,2}|q\d{1,2}(?:h|hr|hrs|d|min)|x\d{1,3}|\d{1,3}x\d{1,3}",
    re.IGNORECASE,
)  # fmt: skip


def is_safe_number(shown: str, start: int, end: int) -> bool:
    """Whether digits with what joins them are a count, a measure, a dose, a ratio, and no number of somebody."""
    value = shown[start:end]
    if _SHAPES.fullmatch(value):
        return True
    digits = sum(char.isdigit() for char in value)
    return digits <= 6 and value.replace(".", "").isdigit() and _UNIT.match(shown, end) is not None


def is_safe_mixed(value: str) -> bool:
    """Whether letters and digits grown together are a level, a dose or a code of the clinic: T4, L5, B12, 5mg, q4h, 1st."""
    return _MIXED.fullmatch(value) is not None


@lru_cache(maxsize=65_536)
def is_safe_word(word: str) -> bool:
    """Whether a word is plain, clinical or an abbreviation, and no name that is likelier one.

    Shape:   the word as it stands: small letters tell a word from a name that is spelled like it.
    """
    lower = word.lower()
    if len(word) == 1 or lower in safe_words() or _is_short(word):
        return not _is_borne(word, lower)
    bits = bits_of(lower)
    if is_wordlike(lower, bits) or (bits & _WORDS and word.islower()):
        return True
    if lower in cues.EPONYMS and max(family_rank(bits), given_rank(bits)) <= _RARE_EPONYM:
        return True
    if bits and not word.islower():
        return False
    return not (bits & CITY) and (_is_formed(lower) or (len(lower) > 6 and lower.endswith(_CLINICAL_ENDS)))


def _is_short(word: str) -> bool:
    """Whether a word is an abbreviation as it is written, in the plural, or a short one in small letters."""
    return any(
        one in abbreviations()
        for one in (word, word.removesuffix("s"), word.upper() if len(word) < 6 and word.islower() else word)
    )


def _is_borne(word: str, lower: str) -> bool:
    """Whether an abbreviation in capitals is a common name too, and no word: LEE, KIM."""
    bits = bits_of(lower)
    borne = max(family_rank(bits), given_rank(bits))
    return borne > _RARE_EPONYM and word.isalpha() and lower not in safe_words() and not is_wordlike(lower, bits)


def _is_formed(lower: str) -> bool:
    """Whether a word is a safe one with another ending, another beginning, or both, or two of them grown together."""
    if _is_bent(lower):
        return True
    for front in _FRONTS:
        if lower.startswith(front) and len(lower) - len(front) > 3:
            rest = lower[len(front) :]
            if _is_plain(rest) or _is_bent(rest):
                return True
    return any(_is_plain(lower[:at]) and _is_plain(lower[at:]) for at in range(4, len(lower) - 3))


def _is_bent(lower: str) -> bool:
    for ending, other in _ENDS:
        stem = lower[: -len(ending)]
        if len(stem) > 2 and lower.endswith(ending) and (_is_plain(stem + other) or _is_doubled(stem, other)):
            return True
    return False


def _is_doubled(stem: str, other: str) -> bool:
    """Stopped, padded: the last letter stands twice."""
    return not other and len(stem) > 3 and stem[-1] == stem[-2] and _is_plain(stem[:-1])


def _is_plain(lower: str) -> bool:
    return len(lower) > 2 and (bool(bits_of(lower) & _WORDS) or lower in safe_words())

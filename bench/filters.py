"""Small random filter files applied by Veil and by philter-lite: how many notes they mask otherwise.

Usage: python -m bench.filters     1,200 files of up to six filters, a note each; parts of speech left out.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from bench.corpora import PEERS, give_up
from bench.detect import is_here
from bench.machine import machine

CASES = 1_200
WORDS = "the patient mr smith seen foo bar jones a b 12 7 2012 04/12/2012 120/80 x-ray dr. j. may".split()  # noqa: SIM905
PATTERNS = (
    r"\b\d{2,3}/\d{2,3}\b",
    r"\b\d\d?/\d\d?/\d{4}\b",
    r"\bthe patient\b",
    r"(?i)\bmr\b",
    r"[A-Z]\w+",
    r"dr\.? \w+",
    r"\d+",
    r"\w+ ",
    r"\b[a-z]\b",
    r"(?<=the )\w+",
    ".",
)
BESIDE = (r"\w+\s*", r" \w+", r"\w+", r"\b[A-Za-z]\b\.? ?")
SIDES = ("left", "right", "left_or_right", "left_and_right")
PEER = """\
import json, re, sys
import nltk
nltk.pos_tag = lambda words: [(word, "NN") for word in words]
import philter_lite.philter as philter
from philter_lite.filters import Filter, RegexContextFilter, RegexFilter, SetFilter
def made(one):
    head = {key: one[key] for key in ("title", "type", "exclude", "phi_type")}
    if one["type"] == "regex": return RegexFilter(**head, data=re.compile(one["data"]))
    if one["type"] == "set": return SetFilter(**head, data=set(one["data"]), pos=set())
    if one["type"] == "match_all": return Filter(**head)
    beside = {key: one[key] for key in ("context", "context_filter")}
    return RegexContextFilter(**head, **beside, data=re.compile(one["data"]))
for case in json.load(sys.stdin):
    kept, _, _ = philter.detect_phi(case["text"], [made(one) for one in case["filters"]], ["DATE", "NAME", "OTHER"])
    print(json.dumps([at for start, end in kept.get_complement(case["text"]).items() for at in range(start, end)]))
"""


def cases(dice: random.Random) -> list[dict[str, Any]]:
    return [{"filters": _filters(dice), "text": _text(dice)} for _ in range(CASES)]


def _filters(dice: random.Random) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for number in range(dice.randint(1, 6)):
        kind = dice.choices(("regex", "set", "regex_context", "match_all"), (5, 3, 3, 1))[0]
        one: dict[str, Any] = {"type": kind, "title": str(number), "exclude": dice.random() < 0.5}
        one["phi_type"] = dice.choice(("DATE", "NAME", "OTHER"))
        if kind == "regex_context":
            titles = ["all", *(other["title"] for other in made)]
            one |= {"data": dice.choice(BESIDE), "context": dice.choice(SIDES), "context_filter": dice.choice(titles)}
        elif kind != "match_all":
            one["data"] = dice.choice(PATTERNS) if kind == "regex" else dice.sample(WORDS, 4)
        made.append(one)
    return made


def _text(dice: random.Random) -> str:
    said = [dice.choice((word, word.title(), word.upper())) for word in dice.choices(WORDS, k=dice.randint(0, 14))]
    return "".join(word + dice.choice((" ", " ", ", ", ". ", "\n", "-")) for word in said)


def ours(case: dict[str, Any], path: Path) -> set[int]:
    from veil.detectors.filters.detector import Filters
    from veil.model import Owner, Text

    path.write_text(json.dumps(case["filters"]), encoding="utf-8")
    spans = Filters(path).find([Text.of(case["text"])], [Owner()])[0]
    return {at for span in spans for at in range(span.start, span.end) if case["text"][at].isalnum()}


def main() -> None:
    if not PEERS.exists() or not is_here("philter_lite06"):
        give_up("philter-lite is not on this machine (../shared/peers/setup.sh builds it)")
    every = cases(random.Random(1))
    home = Path(os.environ.get("PEERS_VENVS", Path.home() / "peers-venvs"))
    done = subprocess.run(
        [str(home / "philter_lite" / "bin" / "python"), "-c", PEER],
        input=json.dumps(every),
        capture_output=True,
        text=True,
        check=True,
    )
    theirs = [set(json.loads(line)) for line in done.stdout.splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        mine = [ours(case, Path(folder) / "f.json") for case in every]
    other = sum(one != two for one, two in zip(mine, theirs, strict=True))
    signs = sum(char.isalnum() for case in every for char in case["text"])
    less = sum(len(two - one) for one, two in zip(mine, theirs, strict=True))
    more = sum(len(one - two) for one, two in zip(mine, theirs, strict=True))
    print(
        f"{machine()}\n\n{CASES} filter files: {other} notes masked otherwise; of {signs} letters and digits {less} only "
        f"by philter-lite, {more} only by Veil"
    )


if __name__ == "__main__":
    main()

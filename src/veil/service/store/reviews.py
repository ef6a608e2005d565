"""Reviews: what a reader of sampled texts decides, what follows for the site's lists, and how much is found at all."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from veil.errors import ConflictError, InvalidError, ServiceError
from veil.measure.bootstrap import intervals
from veil.model import Label
from veil.service.store.access import Caller, check_role
from veil.service.store.database import insert
from veil.service.store.site_lists import ALLOW, DENY, add_rules
from veil.service.store.store import ServiceStore

RIGHT, WRONG, MISSED = "right", "wrong", "missed"
DRAWS = 2_000
FEWEST = 10  # texts: of fewer a bootstrap says nothing
_LONGEST = 200
Record = dict[str, Any]


class Mark(NamedTuple):
    """A decision on a stretch of one text. Units: code points."""

    text: int
    start: int
    end: int
    label: str
    verdict: str


class Reviews:
    """The reviews of a store: of jobs that drew a sample, by the reviewer who asked for it.

    Keeps:   a decision is a place and a verdict; the words stay in the sealed sample, and go when it goes.
    """

    def __init__(self, store: ServiceStore) -> None:
        self._store = store

    def texts(self, caller: Caller, job: str) -> list[Record]:
        """The sample. Errors: those of `access.check`; ServiceError `role`, `review-none` where the job drew none."""
        check_role(caller, "reviewer")
        _, _, pieces = self._store.fetch(caller, job)
        if not self._store.about(caller, job).get("sample"):  # a file may be called as a sample is
            raise ConflictError(
                "review-none", "this job has no sample for a review", hint="upload the file on the review page"
            )
        found: list[Record] = json.loads(b"".join(pieces))["texts"]
        return found

    def marks(self, caller: Caller, job: str) -> tuple[list[Mark], set[int]]:
        """What was decided, and which texts were read to their end."""
        self._check(caller, job)
        rows = self._store.database.rows("SELECT * FROM marks WHERE job = ? ORDER BY text, start", job)
        read = self._store.database.rows("SELECT text FROM readings WHERE job = ?", job)
        return [Mark(row["text"], row["start"], row["stop"], row["label"], row["verdict"]) for row in rows], {
            row["text"] for row in read
        }

    def decide(self, caller: Caller, job: str, mark: Mark) -> None:
        """Puts a decision; an empty verdict takes it back.

        Errors:  ServiceError `review-place` where no such text or span is in the sample.
        """
        self._check_place(self.texts(caller, job), mark)
        with self._store.database.change() as transaction:
            place = (job, mark.text, mark.start, mark.end)
            transaction.execute("DELETE FROM marks WHERE job = ? AND text = ? AND start = ? AND stop = ?", place)
            if mark.verdict:
                decided = {
                    "text": mark.text,
                    "start": mark.start,
                    "stop": mark.end,
                    "label": mark.label,
                    "verdict": mark.verdict,
                }
                insert(transaction, "marks", {"job": job, **decided})

    def read(self, caller: Caller, job: str, text: int, *, done: bool) -> None:
        """Says that a text was read to its end, and all that is missing there was marked; or that it was not."""
        if not 0 <= text < len(self.texts(caller, job)):
            raise _no_place()
        with self._store.database.change() as transaction:
            transaction.execute("DELETE FROM readings WHERE job = ? AND text = ?", (job, text))
            if done:
                insert(transaction, "readings", {"job": job, "text": text})

    def estimate(self, caller: Caller, job: str) -> Record:
        """How much of what identifies is found, over the texts that were read to their end.

        Shape:   `recall` and `precision`: share, interval of 95 %, counts; None without anything to count;
                 no interval of fewer than ten texts. `labels`: hits and
                 misses of each.
        Keeps:   a span that was not decided counts as right only in a text that was read to its end.
        Source:  the interval is a bootstrap over texts: see `veil.measure.bootstrap`.
        """
        texts, (marks, read) = self.texts(caller, job), self.marks(caller, job)
        by_text: dict[int, list[Mark]] = defaultdict(list)
        for mark in marks:
            by_text[mark.text].append(mark)
        rows: list[tuple[int, int, int]] = []
        labels: dict[str, Record] = {}
        for number in sorted(read):
            hits, misses, wrong = _counted(texts[number]["spans"], by_text[number])
            rows.append((hits.total(), hits.total() + misses.total(), hits.total() + wrong))
            for label in hits | misses:
                label_counts = labels.setdefault(label, {"hits": 0, "misses": 0})
                label_counts["hits"] += hits[label]
                label_counts["misses"] += misses[label]
        counts = np.array(rows, np.int64).reshape(-1, 3)
        return {
            "texts": len(texts),
            "read": len(read),
            "recall": _share(counts[:, 0], counts[:, 1]),
            "precision": _share(counts[:, 0], counts[:, 2]),
            "labels": dict(sorted(labels.items())),
        }

    def proposed(self, caller: Caller, job: str) -> list[Record]:
        """The entries that follow from the decisions, to be approved one by one.

        Shape:   `kind`, `label`, `word`, `times`. What was wrong once and right elsewhere is not proposed. What holds a digit
                 is one patient's or one day's, and no entry of a list.
        """
        texts, (marks, _) = self.texts(caller, job), self.marks(caller, job)
        words: Counter[tuple[str, str, str]] = Counter()
        right = set()
        for mark in marks:
            word = _word(texts, mark)
            if mark.verdict == RIGHT:
                right.add(word.lower())
            elif word and len(word) <= _LONGEST and not any(char.isdigit() for char in word):
                words[(ALLOW, "", word) if mark.verdict == WRONG else (DENY, mark.label, word)] += 1
        return [
            {"kind": kind, "label": label, "word": word, "times": times}
            for (kind, label, word), times in sorted(words.items())
            if kind == DENY or word.lower() not in right
        ]

    def approve(self, caller: Caller, job: str, chosen: Sequence[tuple[str, str, str]]) -> int:
        """Puts those of the proposed entries in force that were chosen; how many are new.

        Errors:  ServiceError `review-entry` for one that was not proposed.
        """
        proposed = {(entry["kind"], entry["label"], entry["word"]) for entry in self.proposed(caller, job)}
        if not set(chosen) <= proposed:
            raise InvalidError("review-entry", "an entry was not proposed by this review", hint="reload the proposal")
        self._store.act("site rules approved", caller.owner, job, rules=len(chosen))
        return add_rules(self._store.database, self._store.objects, self._store.clock, caller, chosen)

    def _check(self, caller: Caller, job: str) -> None:
        check_role(caller, "reviewer")
        self._store.job(caller, job)

    def _check_place(self, texts: list[Record], mark: Mark) -> None:
        if not 0 <= mark.text < len(texts) or mark.label not in Label.__members__:
            raise _no_place()
        text = texts[mark.text]
        is_span = any((span["start"], span["end"]) == (mark.start, mark.end) for span in text["spans"])
        inside = 0 <= mark.start < mark.end <= len(text["text"])
        overlaps = any(span["start"] < mark.end and mark.start < span["end"] for span in text["spans"])
        if mark.verdict in (RIGHT, WRONG) and is_span:
            return
        if mark.verdict == MISSED and inside and not overlaps:
            return
        if mark.verdict or not inside:
            raise _no_place()


def _counted(spans: list[Record], marks: list[Mark]) -> tuple[Counter[str], Counter[str], int]:
    """Hits and misses by label, and how many spans were wrong, of one text."""
    wrong = {(mark.start, mark.end) for mark in marks if mark.verdict == WRONG}
    hits = Counter(span["label"] for span in spans if (span["start"], span["end"]) not in wrong)
    return hits, Counter(mark.label for mark in marks if mark.verdict == MISSED), len(wrong)


def _share(hits: Any, totals: Any) -> Record | None:
    if not totals.sum():
        return None
    enough = np.count_nonzero(totals) >= FEWEST
    low, high = intervals(hits[:, None], totals[:, None], draws=DRAWS)[0].tolist() if enough else (None, None)
    return {
        "share": float(hits.sum() / totals.sum()),
        "low": low,
        "high": high,
        "hits": int(hits.sum()),
        "of": int(totals.sum()),
    }


def _word(texts: list[Record], mark: Mark) -> str:
    return " ".join(str(texts[mark.text]["text"][mark.start : mark.end]).split())


def _no_place() -> ServiceError:
    return InvalidError("review-place", "the sample has no such text or position", hint="reload the sample")

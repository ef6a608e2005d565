"""Unread texts: texts in a language that the detectors do not read are masked whole or refused, and counted."""

from __future__ import annotations

from collections.abc import Sequence

from veil.errors import FormatError
from veil.lexicon.language import Language, is_read
from veil.lexicon.text_language import text_languages
from veil.model import Label, Meant, Report, Span, TextFindings
from veil.policy.plan import Plan

MASK = "[TEXT NOT READ]"
SOURCE = "language"


class UnreadTexts:
    """What a policy does with texts in a language that is not read.

    Keeps:   such a text is never changed in part and never passes; where the locale is of a language that is not read,
             only what is plainly in the language that is read counts as read.
    """

    def __init__(self, policy: Plan, language: Language) -> None:
        self._languages, self._expected = text_languages(language), is_read(policy.locale)
        self._refused = policy.unread == "refuse"

    def languages(self, texts: Sequence[str]) -> list[str]:
        """The language of each text that is not read, "" for the others. Shape: n texts -> n codes of ISO 639."""
        once = list(dict.fromkeys(texts))
        spoken_in = dict(zip(once, self._languages.of(once, expected=self._expected), strict=True))
        return [spoken_in[text].unread for text in texts]

    def counted(self, texts: Sequence[str], report: Report, address: str) -> list[str]:
        """The languages again, counted where the policy masks.

        Errors:  FormatError `language-unread` where it refuses, with the address and the place of the text among these.
        """
        languages = self.languages(texts)
        count = sum(map(bool, languages))
        if count and self._refused:
            at = next(i for i, code in enumerate(languages) if code)
            raise FormatError(
                "language-unread",
                "a text is in a language that the detectors do not support",
                where=f"{address}, text {at + 1}",
                hint="set `language: {unread: mask}` to mask such texts entirely",
            )
        report.count(address, "masked", SOURCE, count)
        return languages


def whole(text: str, language: str) -> TextFindings:
    """A text that is not read, masked from its beginning to its end."""
    span = Span(0, len(text), Label.ID, 1.0, f"{SOURCE}:{language}")
    return TextFindings((span,), (MASK,), (Meant("other", None),), language)

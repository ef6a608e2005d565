"""Scanner: texts go in, spans of PHI come out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

from veil.detectors.base import Detector, Judge, Known, Owner
from veil.detectors.clinical.judge import ClinicalValues
from veil.detectors.languages.labels import WEIGHTS_SHA256
from veil.detectors.resolve import resolve
from veil.detectors.rows.judge import Structure
from veil.detectors.site_lists import Allowed, Denied
from veil.detectors.weigh import ACCEPTED, weigh
from veil.errors import PartError
from veil.lexicon.language import DEFAULT, Language, english, language_of
from veil.lexicon.text_language import text_languages
from veil.model import Label, Span, Text

STANDARD = {
    "patterns": "veil.detectors.patterns:Patterns",
    "dates": "veil.detectors.dates:Dates",
    "gazetteer": "veil.detectors.gazetteer:Gazetteer",
    "known": "veil.detectors.known:KnownIdentifiers",
    "ner": "veil.detectors.ner.judge:Ner",
}
ASKED = {  # only where a policy or a command asks for them
    "filters": "veil.detectors.filters.detector:Filters",
    "model": "veil.detectors.models.own:OwnModel",
    "safelist": "veil.detectors.safelist:Safelist",
}
# What reads texts in languages other than English, in place of the detectors of English.
READERS = {"dates": "patterns", "gazetteer": "reader", "ner": "reader"}
_OF_LANGUAGES = {"reader": "veil.detectors.languages.reader:LanguageReader"}
_WITH_FILES = ("filters", "model")
_READING = frozenset(
    {"patterns", "dates", "gazetteer", "ner"}
)  # with any of these, rows and clinical values are read too


class Scanner:
    """Detectors, then those that judge what was found, then weigh, then resolve.

    Shape:   `thresholds`: label -> least score (0.5 where not given). `allow`: values that are no PHI, whatever
             their case. `deny`: values that always are, with the label they get; hunted like strong known ones.
             `allow_patterns`, `deny_patterns`: the same as patterns of RE2. `others`: the scanner of another language, by
             its code, for the texts that are read in it; without it every text is read in `language`.
    """

    def __init__(
        self,
        detectors: Sequence[Detector | Judge],
        *,
        thresholds: Mapping[Label, float] | None = None,
        allow: Collection[str] = (),
        deny: Mapping[str, Label] | None = None,
        allow_patterns: Collection[str] = (),
        deny_patterns: Mapping[str, Label] | None = None,
        language: Language | None = None,
        structure: bool = True,
        others: Callable[[str], Scanner] | None = None,
    ) -> None:
        self._language, self._others = language or english(), others
        self._always: tuple[Judge, ...] = (ClinicalValues(language), Structure(language)) if structure else ()
        self.detectors = tuple(detectors)
        denied = (Denied(deny or {}, deny_patterns),) if deny or deny_patterns else ()
        self._finders = (*(detector for detector in detectors if isinstance(detector, Detector)), *denied)
        self._judges = tuple(detector for detector in detectors if isinstance(detector, Judge))
        self.thresholds = dict(thresholds or {})
        self.allow = Allowed(allow, allow_patterns)

    def find(
        self, texts: Sequence[str], owners: Sequence[Owner] | None = None, least: Sequence[float] | None = None
    ) -> list[list[Span]]:
        """The spans of each text.

        Shape:   n texts, n owners (none: nobody's), n least scores (none: 0.5) of labels without a threshold -> n lists
                 of disjoint, sorted spans.
        Units:   code points of the raw text.
        Keeps:   a text has the same answer alone and in any batch.
        """
        if self._others is None:
            return self.read(texts, owners, least)
        places: dict[str, list[int]] = {}
        for i, code in enumerate(text_languages(self._language).readers(texts)):
            places.setdefault(code, []).append(i)
        if list(places) == [self._language.code]:
            return self.read(texts, owners, least)
        found: list[list[Span]] = [[] for _ in texts]
        for code, at in places.items():
            scanner = self if code == self._language.code else self._others(code)
            mine = scanner.read(
                [texts[i] for i in at],
                [owners[i] for i in at] if owners else None,
                [least[i] for i in at] if least else None,
            )
            for i, spans in zip(at, mine, strict=True):
                found[i] = spans
        return found

    def read(
        self, texts: Sequence[str], owners: Sequence[Owner] | None, least: Sequence[float] | None
    ) -> list[list[Span]]:
        """The spans of texts in the language of this scanner.

        Keeps:   each text is read once, and judged once with the same findings, however often it stands in the batch.
        """
        places = {text: i for i, text in enumerate(dict.fromkeys(texts))}
        at = [places[text] for text in texts]
        read = [Text.of(text) for text in places]
        found = self._found(read, at, list(owners) if owners else [Owner()] * len(texts))
        keys = list(zip(at, map(tuple, found), least or [ACCEPTED] * len(texts), strict=True))
        once = list(dict.fromkeys(keys))
        answers = dict(zip(once, self._judged([read[i] for i, _, _ in once], once), strict=True))
        return [list(answers[key]) for key in keys]

    def _found(self, read: Sequence[Text], at: Sequence[int], owners: Sequence[Owner]) -> list[list[Span]]:
        """What the detectors find. Shape: d distinct texts, which of them each of n texts is, n owners -> n lists."""
        found: list[list[Span]] = [[] for _ in at]
        nobody = [Owner()] * len(read)
        pairs = {(i, id(owner)): owner for i, owner in zip(at, owners, strict=True)}
        which = {pair: i for i, pair in enumerate(pairs)}
        theirs = [which[i, id(owner)] for i, owner in zip(at, owners, strict=True)]
        for detector in self._finders:
            if getattr(detector, "reads_owners", True):
                mine, places = detector.find([read[i] for i, _ in pairs], list(pairs.values())), theirs
            else:
                mine, places = detector.find(read, nobody), list(at)
            for spans, i in zip(found, places, strict=True):
                spans.extend(mine[i])
        return found

    def _judged(self, read: Sequence[Text], once: Sequence[tuple[int, tuple[Span, ...], float]]) -> list[list[Span]]:
        """The answer for each text with what was found in it and its least score. Shape: n -> n."""
        found = [list(spans) for _, spans, _ in once]
        for judge in (*self._judges, *self._always):
            found = judge.judge(read, found)
        return [
            resolve(
                text.raw,
                weigh(text.raw, self._freed(text.raw, spans), thresholds=self.thresholds, allow=self.allow, least=bar),
            )
            for text, spans, (_, _, bar) in zip(read, found, once, strict=True)
        ]

    def _freed(self, text: str, spans: list[Span]) -> list[Span]:
        """The spans without those of the safelist inside a value that is allowed as a whole."""
        free = [span for span in spans if text[span.start : span.end].lower() in self.allow] if self.allow else []
        return [
            span
            for span in spans
            if span.detector != "safelist"
            or not any(allowed.start <= span.start and span.end <= allowed.end for allowed in free)
        ]


def standard(
    names: Sequence[str] | None = None,
    *,
    thresholds: Mapping[Label, float] | None = None,
    allow: Collection[str] = (),
    deny: Mapping[str, Label] | None = None,
    house: Sequence[Known] = (),
    files: Mapping[str, str] | None = None,
    allow_patterns: Collection[str] = (),
    deny_patterns: Mapping[str, Label] | None = None,
    language: Language | None = None,
) -> Scanner:
    """The scanner of the named detectors, all the standard ones by default.

    Shape:   `standard` among the names is all of STANDARD. `house`: identifiers of the hospital's own people and sites,
             sought in whosever text. `files`: what the detectors `filters` and `model` read, by their names. `language`:
             what they read; English by default.
    Errors:  PartError `detector-unknown` for a name that is none of them, `detector-file` without a file for it.
    """
    spoken = language or english()
    wanted = chosen(STANDARD if names is None else names)

    @cache
    def scanner_of(code: str) -> Scanner:
        own = spoken if code == spoken.code else language_of(code)
        has_reader = code in WEIGHTS_SHA256  # a language without a network of its own is read by the words of its page
        parts = tuple(dict.fromkeys(READERS.get(name, name) for name in wanted)) if has_reader else wanted
        return Scanner(
            [_detector(name, house, files or {}, own) for name in parts],
            thresholds=thresholds,
            allow=allow,
            deny=deny,
            allow_patterns=allow_patterns,
            deny_patterns=deny_patterns,
            language=own,
            structure=code == DEFAULT and not _READING.isdisjoint(wanted),
            others=scanner_of if code == spoken.code and not _READING.isdisjoint(wanted) else None,
        )

    return scanner_of(spoken.code)


def chosen(names: Collection[str]) -> tuple[str, ...]:
    """The names with `standard` spelled out, each once, and last the one that must see what the others found."""
    spelled = dict.fromkeys(detector for name in names for detector in (STANDARD if name == "standard" else (name,)))
    return tuple(sorted(spelled, key=lambda name: name == "safelist"))


def _detector(name: str, house: Sequence[Known], files: Mapping[str, str], language: Language) -> Detector | Judge:
    found = STANDARD.get(name) or ASKED.get(name) or _OF_LANGUAGES.get(name)
    if found is None:
        raise PartError(
            "detector-unknown", "unknown detector", hint=f"one of standard, {', '.join([*STANDARD, *ASKED])}"
        )
    module, _, attribute = found.partition(":")
    kind = getattr(import_module(module), attribute)
    if name in _WITH_FILES and not files.get(name):
        raise PartError(
            "detector-file", "this detector needs a file or folder", hint="`filters: FILE` or `model: FOLDER`"
        )
    given: dict[str, tuple[object, ...]] = {"known": (house, language)} | {
        key: (Path(files.get(key, "")),) for key in _WITH_FILES
    }
    more = {"language": language} if name == "filters" else {}
    detector: Detector | Judge = kind(*given.get(name, (language,)), **more)
    return detector

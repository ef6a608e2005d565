"""Tagger: the part of speech of each word, by nltk's averaged perceptron, from files on this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from veil.errors import PolicyError

Tagger = Callable[[Sequence[str]], list[str]]


def perceptron() -> Tagger:
    """Words in order -> Penn tags (`NNP`, `CD` ...), one each.

    Keeps:   nothing is fetched: the model `averaged_perceptron_tagger_eng` must lie in one of nltk's folders.
    Errors:  PolicyError `filters-pos` where the package or its model is not there.
    """
    try:
        from nltk.tag.perceptron import PerceptronTagger  # noqa: PLC0415  an extra: veil-deid[pos]

        tagger = PerceptronTagger(lang="eng")
    except (ImportError, LookupError):
        raise PolicyError(
            "filters-pos",
            "a filter needs parts of speech, but no tagger is installed",
            where="the filter file",
            hint="pip install 'veil-deid[pos]', and copy averaged_perceptron_tagger_eng into NLTK_DATA/taggers",
        ) from None
    return lambda words: [tag for _, tag in tagger.tag(list(words))]

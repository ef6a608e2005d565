"""What the standard detectors mask in a text."""

import pytest

from veil.detectors.scanner import standard


@pytest.fixture(scope="package")
def masked():
    scanner = standard()

    def values(text):
        (spans,) = scanner.find([text])
        return [text[span.start : span.end] for span in spans if span.score >= 0.5]

    return values

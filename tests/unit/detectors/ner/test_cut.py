"""A text is cut into tokens, each character that can be seen in one of them."""

from hypothesis import given
from hypothesis import strategies as st

from veil.detectors.ner.cut import BLANK, GLUED, LINE, LONGEST, SPACE, START, WIDE, cut

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


@given(TEXTS)
def test_every_character_that_is_no_white_space_is_in_exactly_one_token(text: str) -> None:
    one = cut(text)
    covered = [0] * len(text)
    for word, start, end in zip(one.words, one.starts, one.ends, strict=True):
        assert text[start:end] == word
        assert len(word) <= 4 * LONGEST or not word.isalnum()
        for at in range(start, end):
            covered[at] += 1
    for char, count in zip(text, covered, strict=True):
        assert count == 1 or (count == 0 and char.isspace())


def test_letters_digits_and_signs_stand_apart() -> None:
    assert cut("Dr. O'Brien, 92F").words == ["Dr", ".", "O", "'", "Brien", ",", "92", "F"]


def test_what_stands_before_a_token_is_told() -> None:
    assert cut("a b-c\td\ne\n\nf").gaps == bytes([START, SPACE, GLUED, GLUED, WIDE, LINE, BLANK])


def test_marks_stay_with_their_letters() -> None:
    assert cut("Jose\u0301 na\u00efve").words == ["Jose\u0301", "na\u00efve"]


def test_a_line_of_one_sign_is_a_few_tokens() -> None:
    assert len(cut("-" * 3200).words) == 100

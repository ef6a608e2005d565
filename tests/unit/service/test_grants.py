"""Grants: tokens and access keys hold what they say, under one key alone, until they run out."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veil.errors import ServiceError
from veil.keys import Keys
from veil.service.gate.grants import SCOPES, Grant, Grants, new_grant

OURS, OTHERS = Grants(Keys.from_secret(bytes(32))), Grants(Keys.from_secret(bytes(31) + b"\1"))
GRANTS = st.builds(
    Grant,
    st.binary(min_size=6, max_size=6).map(bytes.hex),
    st.frozensets(st.sampled_from(SCOPES)),
    st.integers(0, 2**40 - 1),
)


@given(GRANTS)
def test_a_token_comes_back_as_the_grant_that_it_was_made_of(grant):
    assert OURS.read(OURS.token(grant)) == grant
    assert OTHERS.read(OURS.token(grant)) is None


@given(GRANTS, st.data())
def test_a_token_with_any_character_changed_is_none(grant, data):
    token = OURS.token(grant)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda char: char != token[at]))
    assert OURS.read(token[:at] + other + token[at + 1 :]) is None


@given(st.text())
def test_no_text_is_a_token_by_chance_and_none_breaks_the_reading(text):
    assert OURS.read(text) is None
    assert OURS.read("veil_" + text) is None
    assert OURS.read_access("VEIL" + text) is None


@given(GRANTS)
def test_an_access_key_tells_its_grant_and_another_server_has_another_secret(grant):
    name, secret = OURS.access_pair(grant)
    assert OURS.read_access(name) == (grant, secret)
    assert OTHERS.read_access(name)[1] != secret
    assert name.isalnum()
    assert 16 <= len(name) <= 128
    assert len(secret) == 40


def test_a_scope_that_does_not_exist_is_refused():
    with pytest.raises(ServiceError, match="scope-unknown"):
        new_grant(["everything"], 60)


def test_a_grant_runs_out_when_it_says():
    assert new_grant(["phi"], 60).expires == pytest.approx(time.time() + 60, abs=2)

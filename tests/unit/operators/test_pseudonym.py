"""Situations of pseudonyms, hashes and codes."""

import pyarrow as pa
import pytest

from veil.errors import KeyringError, PolicyError
from veil.keys import Keys, Vault
from veil.model import about_table
from veil.operators.pseudonym import Code, Hash, Pseudonym

KEYS = Keys.from_secret(b"k" * 32)
VALUES = pa.array(["MRN-0012345", None, "007", "7", "MRN-0012345"], pa.large_string())


def about(domain="patient"):
    return about_table(len(VALUES), domain=domain)


def test_equal_ids_share_a_pseudonym_and_others_do_not():
    made = Pseudonym().replace(VALUES, about(), KEYS)
    first, none, seven, other, again = made.values.to_pylist()
    assert made.unread is None
    assert none is None
    assert first == again
    assert len({first, seven, other}) == 3


def test_007_is_7_only_where_integers_are_meant():
    for operator in (Pseudonym(canonical="integer"), Hash(canonical="integer")):
        made = operator.replace(VALUES, about(), KEYS).values.to_pylist()
        assert made[2] == made[3]


def test_what_an_integer_pseudonym_cannot_read_is_unread():
    made = Pseudonym(format="integer").replace(VALUES, about(), KEYS)
    assert made.unread.to_pylist() == [True, False, True, False, True]
    assert Pseudonym(format="keep").replace(VALUES, about(), KEYS).unread.to_pylist() == [
        False,
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("operator", [Pseudonym(), Pseudonym(format="keep")])
def test_the_originals_come_back(operator):
    made = operator.replace(VALUES, about(), KEYS)
    back = operator.restore(made.values, about(), KEYS).values.to_pylist()
    assert [b for b, m in zip(back, made.values.to_pylist(), strict=True) if m] == [
        v for v, m in zip(VALUES.to_pylist(), made.values.to_pylist(), strict=True) if m
    ]


def test_domains_in_one_column_are_kept_apart():
    domains = pa.array(["a", "a", "b", None, "b"], pa.large_string())
    mixed = Pseudonym().replace(VALUES, about(domains), KEYS).values.to_pylist()
    assert mixed[0] == Pseudonym().replace(VALUES, about("a"), KEYS).values[0].as_py()
    assert mixed[2] == Pseudonym().replace(VALUES, about("b"), KEYS).values[2].as_py()
    assert mixed[0] != mixed[4]


def test_a_code_is_read_from_the_vault_and_never_made(tmp_path):
    keys = KEYS.with_vault(Vault.open(tmp_path / "v", KEYS))
    code = Code()
    assert code.replace(VALUES, about(), keys).unread.to_pylist() == [True, False, True, True, True]
    assert code.mint(VALUES, about(), keys) == 3
    made = code.replace(VALUES, about(), keys)
    assert made.unread is None
    assert code.restore(made.values, about(), keys).values.equals(VALUES)
    with pytest.raises(KeyringError, match="vault-missing"):
        code.replace(VALUES, about(), KEYS)


def test_without_a_key_nothing_is_derived():
    for operator in (Pseudonym(), Hash()):
        with pytest.raises(KeyringError, match="keys-missing"):
            operator.replace(VALUES, about(), Keys.none())


@pytest.mark.parametrize("options", [{"format": "x"}, {"canonical": "x"}])
def test_a_wrong_option_is_refused(options):
    with pytest.raises(PolicyError, match="operator-option"):
        Pseudonym(**options)


@pytest.mark.parametrize("length", [7, 65, "8", True])
def test_a_hash_of_a_wrong_length_is_refused(length):
    with pytest.raises(PolicyError, match="operator-option"):
        Hash(length=length)

"""Situations of the vault: codes, the way back, and what may not be seen on disk."""

import multiprocessing
import stat

import pyarrow as pa
import pytest

import veil.keys.vault as vault_room
from veil.errors import KeyringError
from veil.keys import Keys, Vault

KEYS = Keys.from_secret(b"k" * 32)
SECRETS = ["Przybylski-Oakenshield", "MRN-00471123", "zzyzx road 14"]


def text(*values):
    return pa.array(values, pa.large_string())


@pytest.fixture
def path(tmp_path):
    return tmp_path / "way-back.vault"


@pytest.fixture
def vault(path):
    return Vault.open(path, KEYS)


def test_each_value_has_one_code_and_null_has_none(vault):
    assert vault.mint("patient", text("a", None, "b", "a")) == 2
    codes = vault.codes("patient", text("a", None, "b", "a", "c")).to_pylist()
    assert codes[0] == codes[3] != codes[2]
    assert codes[1] is None
    assert codes[4] is None
    assert len(codes[0]) == 18


def test_a_second_minting_keeps_the_codes(vault, path):
    vault.mint("patient", text("a"))
    before = vault.codes("patient", text("a"))
    assert vault.mint("patient", text("a", "b")) == 1
    assert Vault.open(path, KEYS).codes("patient", text("a")).equals(before)
    assert vault.count("patient") == 2


def test_two_vaults_give_one_value_different_codes(tmp_path):
    vaults = [Vault.open(tmp_path / name, KEYS) for name in ("a", "b")]
    for one in vaults:
        one.mint("patient", text("a"))
    assert vaults[0].codes("patient", text("a")) != vaults[1].codes("patient", text("a"))


def test_the_way_back(vault):
    values = text("a", "b", "ü", "")
    vault.mint("patient", values)
    codes = vault.codes("patient", values)
    assert vault.originals("patient", codes).equals(values)
    assert vault.originals("visit", codes).null_count == 4
    assert vault.originals("patient", text("nothing", None)).null_count == 2


def test_many_values_over_the_limits_of_one_query(vault):
    values = pa.array(range(3000)).cast(pa.large_string())
    vault.mint("patient", values)
    codes = vault.codes("patient", values)
    assert len(codes.unique()) == 3000
    assert vault.originals("patient", codes).equals(values)


def test_integer_codes_are_integers_that_every_database_holds(vault):
    values = pa.array(range(2000)).cast(pa.large_string())
    assert vault.mint("person", values, format="integer") == 2000
    codes = [int(code) for code in vault.codes("person", values).to_pylist()]
    assert len(set(codes)) == 2000
    assert all(0 <= code < 2**53 for code in codes)
    with pytest.raises(KeyringError, match="vault-format"):
        vault.mint("person", values, format="names")


def test_a_code_that_is_taken_is_drawn_again(vault, monkeypatch):
    drawn = iter(["1", "1", "1", "2"])
    monkeypatch.setitem(vault_room._MAKERS, "text", lambda count: [next(drawn) for _ in range(count)])
    assert vault.mint("person", text("a", "b")) == 2
    assert sorted(vault.codes("person", text("a", "b")).to_pylist()) == ["1", "2"]


def test_nothing_stands_in_clear_on_disk(vault, path):
    watched = []
    vault._connection().set_progress_handler(
        lambda: watched.extend(one.read_bytes() for one in path.parent.iterdir()) or 0, 50
    )
    vault.mint("patient_domain", text(*SECRETS))
    vault.seal("edits", SECRETS[0], SECRETS[1].encode())
    codes = vault.codes("patient_domain", text(*SECRETS)).to_pylist()
    content = b"".join([*watched, *(one.read_bytes() for one in path.parent.iterdir())])
    for word in [*SECRETS, *codes, "patient_domain", "edits"]:
        assert word.encode() not in content
    assert vault._data_key not in content
    assert watched


def test_files_of_the_vault_are_private(vault, path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o604)
    with pytest.raises(KeyringError, match="keyring-open"):
        Vault.open(path, KEYS)


def test_a_vault_of_another_key_is_refused(vault, path):
    with pytest.raises(KeyringError, match="vault-key"):
        Vault.open(path, Keys.from_secret(b"x" * 32))
    with pytest.raises(KeyringError, match="keys-missing"):
        Vault.open(path, Keys.none())


def test_after_a_rotation_the_vault_admits_the_new_keys(vault, path):
    vault.mint("patient", text("a"))
    fresh = Keys.from_secret(b"n" * 32, version=2)
    vault.admit(fresh)
    assert Vault.open(path, fresh).codes("patient", text("a")) == vault.codes("patient", text("a"))


def test_a_file_that_is_no_vault_is_refused(path):
    path.write_bytes(b"not a database" * 100)
    path.chmod(0o600)
    with pytest.raises(KeyringError, match="vault-damaged"):
        Vault.open(path, KEYS)


def test_a_row_that_was_moved_is_noticed(vault, path):
    vault.mint("patient", text("a", "b"))
    line = vault._connection()
    sealed = [row[0] for row in line.execute("SELECT sealed FROM codes ORDER BY token")]
    line.execute("UPDATE codes SET sealed = ?", (sealed[0],))
    with pytest.raises(KeyringError, match="vault-damaged"):
        vault.codes("patient", text("a", "b"))


def test_pages_come_back_and_are_replaced(vault):
    vault.seal("edits", "note-1", b"first")
    vault.seal("edits", "note-1", b"second")
    assert vault.unseal("edits", "note-1") == b"second"
    assert vault.unseal("edits", "note-2") is None
    assert vault.unseal("other", "note-1") is None


@pytest.mark.parametrize("way", ["spawn", "fork"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_worker_process_reads_the_same_codes(vault, way):
    values = text("a", "b")
    vault.mint("patient", values)
    with multiprocessing.get_context(way).Pool(1) as pool:
        assert pool.apply(Keys.require_vault, (KEYS.with_vault(vault),)).path == vault.path
        assert pool.apply(Vault.codes, (vault, "patient", values)).equals(vault.codes("patient", values))


def test_a_run_without_a_vault_says_so():
    with pytest.raises(KeyringError, match="vault-missing"):
        KEYS.require_vault()

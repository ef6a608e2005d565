"""The key of a data folder lies elsewhere, and is made once."""

from dataclasses import replace

import pytest
from tests.portals import site_in

from veil.errors import KeyringError, LimitError, ServiceError
from veil.keys import Keys
from veil.service.store import Limits, ServiceStore, open_key


def code_of(do, *told, **more):
    with pytest.raises((KeyringError, ServiceError, LimitError)) as caught:
        do(*told, **more)
    return caught.value.code


def test_a_key_is_made_on_the_first_run_and_read_on_the_next(tmp_path):
    first = open_key(tmp_path / "data", tmp_path / "k")
    assert open_key(tmp_path / "data", tmp_path / "k").id == first.id
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600


def test_a_key_with_the_data_that_it_locks_is_refused(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    for file in (tmp_path / "data/k", tmp_path / "data/deep/k", tmp_path / "link/k", tmp_path / "x/../data/k"):
        assert code_of(open_key, tmp_path / "data", file) == "service-key-inside"


def test_a_lost_key_is_not_made_anew_over_data_that_needs_it(tmp_path, one_node):
    ServiceStore(site_in(tmp_path)).close()
    (tmp_path / "service.key").unlink()
    assert code_of(open_key, tmp_path / "data", tmp_path / "service.key") == "service-key-missing"


def test_a_key_others_may_read_or_that_is_broken_is_refused(tmp_path):
    open_key(tmp_path / "data", tmp_path / "k")
    (tmp_path / "k").chmod(0o640)
    assert code_of(open_key, tmp_path / "data", tmp_path / "k") == "keyring-open"
    (tmp_path / "b").write_text("no key")
    (tmp_path / "b").chmod(0o600)
    assert code_of(open_key, tmp_path / "data", tmp_path / "b") == "service-key-broken"


def test_the_environment_may_give_it(tmp_path):
    assert open_key(tmp_path, environment={"VEIL_SERVICE_KEY": "ab" * 32}).id
    assert code_of(open_key, tmp_path, environment={}) == "service-key-missing"


def test_a_folder_locked_with_another_key_is_not_opened(tmp_path):
    site = site_in(tmp_path)
    ServiceStore(site).close()
    assert code_of(ServiceStore, replace(site, keys=Keys.from_secret(bytes(32)))) == "store-key"


def test_a_folder_others_may_look_into_is_refused(tmp_path, one_node):
    site = site_in(tmp_path)
    site.folder.chmod(0o755)
    assert code_of(ServiceStore, site) == "store-open"


@pytest.mark.parametrize("what", ["a file", "below a file", "no database"])
def test_a_data_folder_that_is_none_is_told(tmp_path, one_node, what):
    site, file = site_in(tmp_path), tmp_path / "file"
    file.touch()
    if what == "no database":
        (site.folder / "service.sqlite").write_bytes(b"no database at all" * 500)
    folder = {"a file": file, "below a file": file / "data"}.get(what, site.folder)
    assert code_of(ServiceStore, replace(site, folder=folder)) == "store-closed"


def test_a_result_is_never_kept_longer_than_72_hours():
    assert Limits(kept=72 * 3600).kept == 72 * 3600
    for hours in (72.1, 0, -1):
        assert code_of(Limits, kept=hours * 3600) == "kept-too-long"

"""Addresses of stores: what is read out of them, where a password may come from, and that none is ever shown."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from veil.errors import StoreError
from veil.stores.address import is_address, parse, password

HERE = Path("project")


@pytest.fixture(autouse=True)
def nothing_in_the_environment(monkeypatch):
    monkeypatch.delenv("VEIL_DB_PASSWORD", raising=False)
    monkeypatch.setitem(sys.modules, "keyring", None)


def system_keyring(monkeypatch, held, refuses=False):
    class RefusedError(Exception):
        pass

    def get_password(service, user):
        if refuses:
            raise RefusedError
        return held.get((service, user))

    module, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    module.get_password, errors.KeyringError = get_password, RefusedError
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)


def test_the_pieces_of_an_address_are_read():
    seen = parse("postgresql://ana%40x@db.example:5433/clinic?schema=public", HERE)
    assert (seen.scheme, seen.user, seen.host, seen.port) == ("postgresql", "ana@x", "db.example", 5433)
    assert (seen.database, seen.options) == ("clinic", {"schema": "public"})


def test_a_database_that_is_a_file_is_looked_for_in_the_projects_folder():
    assert parse("sqlite:///extract/clinic.sqlite", HERE).path == HERE / "extract/clinic.sqlite"
    assert parse("sqlite:////srv/clinic.sqlite", HERE).path == Path("/srv/clinic.sqlite")


@pytest.mark.parametrize(("written", "is_one"), [("s3://bucket/x", True), ("extract/", False), ("C://extract", False)])
def test_an_address_is_told_from_a_folder(written, is_one):
    assert is_address(written) == is_one


@pytest.mark.parametrize(
    "written",
    [
        "postgresql://ana:hunter2@db/clinic",
        "postgresql://ana:@db/clinic",
        "mysql://db/c?password=hunter2",
        "s3://bucket/x?secret_key=hunter2",
        "s3://bucket?access_key_id=hunter2",
        "mysql://db/c?PWD=hunter2",
    ],
)
def test_an_address_with_a_password_is_refused_and_the_password_is_not_repeated(written):
    with pytest.raises(StoreError, match="password-in-project") as refused:
        parse(written, HERE)
    assert "hunter2" not in f"{refused.value} {refused.value.hint}"


def test_a_port_that_is_no_number_is_an_address_that_cannot_be_read():
    with pytest.raises(StoreError, match="store-address") as refused:
        parse("postgresql://db:hunter2/clinic", HERE)
    assert "hunter2" not in str(refused.value)


def test_the_named_variable_goes_before_the_common_one(monkeypatch):
    monkeypatch.setenv("VEIL_DB_PASSWORD", "common")
    monkeypatch.setenv("CLINIC", "named")
    assert password(parse("postgresql://db/c?password_env=CLINIC", HERE)) == "named"
    assert password(parse("postgresql://db/c", HERE)) == "common"


def test_a_named_variable_that_is_not_set_is_an_error_that_names_it():
    with pytest.raises(StoreError, match="password-missing") as refused:
        password(parse("postgresql://db/c?password_env=CLINIC_PASSWORD", HERE))
    assert "CLINIC_PASSWORD" in refused.value.hint


def test_without_a_variable_the_systems_keyring_is_asked_by_the_address_without_options(monkeypatch):
    system_keyring(monkeypatch, {("veil", "postgresql://ana@db:5433/c"): "kept"})
    assert password(parse("postgresql://ana@db:5433/c?schema=x", HERE)) == "kept"
    assert password(parse("postgresql://ben@db:5433/c", HERE)) is None


def test_a_keyring_that_is_absent_or_locked_holds_no_password(monkeypatch):
    assert password(parse("postgresql://ana@db/c", HERE)) is None
    system_keyring(monkeypatch, {}, refuses=True)
    assert password(parse("postgresql://ana@db/c", HERE)) is None


def test_what_is_shown_of_an_address_says_where_and_never_the_password(monkeypatch):
    monkeypatch.setenv("CLINIC", "hunter2")
    seen = parse("postgresql://ana@db:5433/c?schema=x&password_env=CLINIC", HERE)
    assert seen.shown() == "postgresql://ana@db:5433/c?password_env=CLINIC&schema=x"
    assert password(seen) == "hunter2"
    assert "hunter2" not in seen.shown() + repr(seen)

"""Listening: a door that is open to others, or that nobody can come through, is refused before anything starts."""

import pytest

from veil.errors import KeyringError, ServiceError
from veil.service.gate.grants import Grants, new_grant
from veil.service.gate.root_key import root_keys
from veil.service.server import Listening, bound


def test_behind_a_proxy_nobody_is_of_this_machine():
    """The proxy is, and so would be all who come through it; it may write any Host it likes."""
    with pytest.raises(ServiceError, match="listen-local"):
        Listening(proxied=True).check(local=True)


@pytest.mark.parametrize("host", ["veil.example.org", "10.0.0.7", ""])
def test_a_name_of_another_machine_needs_tokens(host):
    with pytest.raises(ServiceError, match="--behind-proxy"):
        Listening().check(local=True, hosts=["localhost", host])
    Listening().check(local=True, hosts=["localhost"])
    Listening(proxied=True).check(local=False, hosts=[host])


@pytest.mark.parametrize(
    "content",
    [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n", bytes(range(256))],
)
@pytest.mark.parametrize("workers", [1, 2])
def test_a_certificate_that_is_none_is_refused_once_and_not_by_each_process(tmp_path, content, workers):
    (tmp_path / "a.pem").write_bytes(content)
    with pytest.raises(ServiceError, match="listen-tls"):
        Listening(workers=workers, certificate=tmp_path / "a.pem", key=tmp_path / "a.pem").check(local=False)


@pytest.mark.parametrize("host", ["a..b", "x" * 70 + ".example"])
def test_a_name_that_is_no_address_is_refused(host):
    with pytest.raises(ServiceError, match="listen-taken"):
        bound(Listening(host=host, port=0))


def test_a_token_is_made_under_the_key_that_a_service_has_and_under_no_other(tmp_path):
    with pytest.raises(KeyringError, match="service-key-missing"):
        root_keys(tmp_path / "typo.key", {}, known=True)
    with pytest.raises(KeyringError, match="service-key-missing"):
        root_keys(None, {}, known=True)
    assert not list(tmp_path.iterdir())
    grant, environment = new_grant(["phi"], 60), {"VEIL_SERVICE_KEY": "5a" * 32}
    token = Grants(root_keys(None, environment, known=True)).token(grant)
    assert Grants(root_keys(None, environment)).read(token) == grant

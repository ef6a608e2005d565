"""G9: redact puts a block for each character; a hash is keyed."""

import hashlib
import re

from tests.services import served

TEXT = "Patient John Smith SSN 123-45-6789"


def test_g9_blocks_have_the_length_of_what_they_cover(ask):
    assert ask("deidentify", text=TEXT, strategy="redact")["deidentified_text"] == "Patient ██████████ SSN ███████████"


def test_g9_a_hash_is_the_same_for_the_same_value_and_no_plain_digest(ask):
    told = ask("deidentify", text=TEXT + " and again 123-45-6789", strategy="hash")["deidentified_text"]
    first, second = re.findall(r"\[SSN_([0-9a-f]{8,})\]", told)
    assert first == second
    for algorithm in ("sha256", "md5", "sha1"):
        assert not hashlib.new(algorithm, b"123-45-6789").hexdigest().startswith(first[:8])


def test_g9_another_service_has_another_key_and_one_key_file_the_same(ask, tmp_path):
    def hashed(*options):
        with served(tmp_path, *options, local=True) as service, service.client() as client:
            return client.post("/api/v1/deidentify", json={"text": TEXT, "strategy": "hash"}).json()[
                "deidentified_text"
            ]

    own = ask("deidentify", text=TEXT, strategy="hash")["deidentified_text"]
    kept = [hashed("--key-file", str(tmp_path / "service.key")) for _ in range(2)]
    assert kept[0] == kept[1] != own
    assert (tmp_path / "service.key").stat().st_mode & 0o777 == 0o600

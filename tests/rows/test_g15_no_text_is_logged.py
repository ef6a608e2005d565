"""G15: no text that is sent is in a log, an error or a measure, however loud the log is (tests/e2e/test_service.py looks at all calls)."""

from tests.services import served

NAME, SSN = "Zebulonia Quackenthorpe", "519-38-2746"


def test_g15_what_is_sent_is_nowhere_after_it_was_answered(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")
    text = f"Patient {NAME}, SSN {SSN}"
    with served(tmp_path) as service, service.client() as client:
        for strategy in ("placeholder", "consistent", "redact", "hash", text):
            answer = client.post("/api/v1/deidentify", json={"text": text, "strategy": strategy})
            if answer.status_code != 200:
                assert NAME not in answer.text
        measures = client.get("/api/v1/metrics").text
    written = service.log.read_text() + measures
    assert "/api/v1/deidentify" in written
    assert NAME not in written
    assert SSN not in written
    assert not any(NAME.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

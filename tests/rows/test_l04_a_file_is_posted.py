"""L4: a file goes in by a POST and a PUT, or in a browser (tests/e2e/test_portal_pages.py), and comes back de-identified."""

import time

import pytest
from tests.services import served

from veil.service.gate.grants import Grants, new_grant
from veil.service.store.wrapping_key import open_key

NOTE = b"Seen by Dr. Alice Wong on 03/04/2019. MRN 1234567.\n"


@pytest.fixture(scope="module")
def storing(tmp_path_factory):
    folder = tmp_path_factory.mktemp("storing")
    with served(folder, "--data", "data", "--key-file", "service.key") as service:
        yield service, Grants(open_key(folder / "data", folder / "service.key"))


def ended(client, job):
    for _ in range(300):
        told = client.get(f"/api/v1/jobs/{job}").json()
        if told["state"] in ("done", "failed"):
            return told
        time.sleep(0.1)
    raise AssertionError(told)


def test_l4_a_file_is_posted_watched_and_fetched(storing):
    service, _ = storing
    with service.client() as client:
        job = client.post("/api/v1/jobs", json={"name": "note.txt", "profile": "safe-harbor"}).json()["id"]
        assert client.put(f"/api/v1/jobs/{job}/file", content=NOTE).status_code == 200
        assert ended(client, job)["state"] == "done"
        answer = client.get(f"/api/v1/jobs/{job}/result")
        assert answer.content == b"Seen by Dr. [NAME] on [DATE]. MRN [MRN].\n"
        assert client.get(f"/api/v1/jobs/{job}/report").json()["certificate"] is None
        assert client.delete(f"/api/v1/jobs/{job}").status_code == 200
        assert client.get(f"/api/v1/jobs/{job}").status_code == 404


def test_l4_a_table_comes_back_as_a_table_by_the_plan_that_was_accepted(storing):
    service, _ = storing
    table = b"patient_id,name,born,note\n7,Ada Lovelace,1950-02-28,seen by Dr. Wong\n8,Bo Smith,1961-05-30,ok\n"
    with service.client() as client:
        job = client.post("/api/v1/jobs", json={"name": "t.csv", "profile": "expert", "review": True}).json()["id"]
        client.put(f"/api/v1/jobs/{job}/file", content=table)
        for _ in range(300):
            if client.get(f"/api/v1/jobs/{job}").json()["state"] == "planned":
                break
            time.sleep(0.1)
        plan = client.get(f"/api/v1/jobs/{job}/plan").json()
        assert [one["column"] for one in plan["columns"]] == ["patient_id", "name", "born", "note"]
        wish = {"source": plan["columns"][3]["source"], "column": "note", "rule": "drop"}
        assert client.put(f"/api/v1/jobs/{job}/plan", json={"columns": [wish]}).status_code == 200
        client.post(f"/api/v1/jobs/{job}/start")
        assert ended(client, job)["state"] == "done"
        lines = client.get(f"/api/v1/jobs/{job}/result").text.splitlines()
    assert lines[0] == "patient_id,name,born"
    assert len(lines) == 3
    assert not any(word in " ".join(lines) for word in ("Lovelace", "1950-02-28", "Wong"))


def test_l4_a_token_for_something_else_hands_in_no_file_and_another_token_sees_none(storing):
    service, grants = storing
    with service.client() as client:
        job = client.post("/api/v1/jobs", json={"name": "note.txt", "profile": "safe-harbor"}).json()["id"]
        client.put(f"/api/v1/jobs/{job}/file", content=NOTE)
        ended(client, job)
    with service.client() as client:
        client.headers["Authorization"] = "Bearer " + grants.token(new_grant(["jobs"], 60))
        assert client.get("/api/v1/jobs").json() == []
        for path in ("", "/result", "/report", "/plan"):
            assert client.get(f"/api/v1/jobs/{job}{path}").status_code == 404
        client.headers["Authorization"] = "Bearer " + grants.token(new_grant(["detect"], 60))
        assert client.get("/api/v1/jobs").status_code == 403
        assert client.get(f"/api/v1/jobs/{job}/result").status_code == 403


def test_l4_who_is_not_known_is_told_nothing(storing):
    service, _ = storing
    with service.client() as client:
        client.headers.pop("Authorization")
        for call in ("/api/v1/jobs", "/portal/api/jobs", "/portal/api/people"):
            assert client.get(call).status_code == 401

"""One text engine: the same bytes for the same texts from Python, REST, a job of the portal and a run; the same spans from `veil find`."""

import asyncio
import json

import httpx2
import pytest
from tests.portals import handed_in, result_of, site_in, working
from tests.services import README
from typer.testing import CliRunner

import veil
from veil.cli.app import app as command
from veil.keys import Keys
from veil.service.app import create_app
from veil.service.settings import ServiceSettings
from veil.service.store import JobRequest, ServiceStore
from veil.service.trace.bodies import Body
from veil.service.trace.evaluate import Evaluator

TEXTS = (
    README,
    "Seen by Dr. Alice Wong on 03/04/2019; MRN 1234567, call 617-555-1212.",
    "Pt is a 93 y/o M, born 1930, lives in Boston, MA 02139; daughter Grace Okafor at bedside.",
    "no acute distress",
    "\U0001fa7a \u017dofia Nov\u00e1kov\u00e1 was seen with her mother, SSN 123-45-6789.",
    "La patiente est vue par le Dr Petit pour une toux, sans fi\u00e8vre.",
    "\u041f\u0430\u0446\u0438\u0435\u043d\u0442 \u0418\u0432\u0430\u043d\u043e\u0432 \u043e\u0441\u043c\u043e\u0442\u0440\u0435\u043d",
)
KEYS = Keys.from_secret(bytes(32))


def post(call, **body):
    return posted([(call, body)])[0]


def posted(calls):
    """The answers of one service to some calls."""
    served = create_app(ServiceSettings(KEYS, local=True))

    async def asked():
        carried = httpx2.ASGITransport(app=served, client=("127.0.0.1", 1))
        async with (
            served._app.router.lifespan_context(served._app),
            httpx2.AsyncClient(transport=carried, base_url="http://localhost") as client,
        ):
            answers = [await client.post(f"/api/v1/{call}", json=body) for call, body in calls]
            assert {answer.status_code for answer in answers} == {200}
            return [answer.json() for answer in answers]

    return asyncio.run(asked())


@pytest.fixture(scope="module")
def expected():
    return veil.deidentify(TEXTS)


def test_rest_gives_the_bytes_of_python(expected):
    told = post("batch", texts=list(TEXTS), profile="safe-harbor")
    assert [one["deidentified_text"] for one in told["results"]] == expected
    assert [one.get("language") for one in told["results"]] == [None] * 5 + ["fr", "ru"]
    alone = posted([("deidentify", {"text": text}) for text in TEXTS])
    assert [one["deidentified_text"] for one in alone] == expected


def test_a_job_of_the_portal_gives_the_bytes_of_python(expected, tmp_path):
    store = ServiceStore(site_in(tmp_path))
    jobs = [handed_in(store, "note.txt", text.encode(), JobRequest("safe-harbor")) for text in TEXTS]
    with working(store.site) as worker:
        for _ in jobs:
            worker.once()
    results = [result_of(store, job.id).decode() for job in jobs]
    store.close()
    assert results == expected


def test_a_run_gives_the_bytes_of_python(expected, project):
    made = project(
        "profile: safe-harbor\nnotes:\n  n:\n    files: ['*.txt']\n    subject: {from: file}\n    names: keep\n",
        {f"{i}.txt": text for i, text in enumerate(TEXTS)},
    )
    assert made.run().exit_code == 0
    assert [made.bytes_out()[f"{i}.txt"].decode() for i in range(len(TEXTS))] == expected


def test_find_gives_the_spans_of_python_and_of_rest(tmp_path):
    lines = [json.dumps({"id": i, "text": text}) for i, text in enumerate(TEXTS)]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = CliRunner().invoke(command, ["find", "--jsonl", str(tmp_path / "in.jsonl")])
    found = [json.loads(line) for line in done.stdout.splitlines()]
    detected = posted([("detect", {"text": text}) for text in TEXTS])
    for text, one, told in zip(TEXTS, found, detected, strict=True):
        spans = [(span["start"], span["end"]) for span in one["spans"]]
        assert spans == [(span.start, span.end) for span in veil.find(text)]
        assert spans == [(entity["start"], entity["end"]) for entity in told["entities"]]
        assert one.get("language") == told.get("language")


def test_a_finding_of_trace_has_the_spans_of_rest():
    evaluator = Evaluator()
    answers = posted([("phi", {"text": text}) for text in TEXTS])
    for text, answer in zip(TEXTS, answers, strict=True):
        made = evaluator.body(Body(text.encode(), "text/plain; charset=utf-8"), keep=True)
        told = {(one["BeginOffset"], one["EndOffset"]) for one in answer["phi"]}
        assert {(one["BeginOffset"], one["EndOffset"]) for one in made.found} == told
        if text in TEXTS[-2:]:
            assert made.reason == "language"

"""Faults of requests: an unknown field is named, a value never is; a profile and a strategy are not sent together."""

import json

import pytest
from tests.unit.service.gate.test_middleware import asked

from veil.service.rest.routes import _wish
from veil.service.rest.schemas import DeidentifyRequest

CALLS = ("detect", "deidentify", "explain", "phi", "batch")
TEXT = "SSN 123-45-6789"


def sent(call, **more):
    return asked("POST", f"/api/v1/{call}", json={**({"texts": [TEXT]} if call == "batch" else {"text": TEXT}), **more})


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", ["txt", "Profile", "confidence", "entity_type", "language", "x-y", "_a"])
def test_an_unknown_field_is_refused_by_its_name_and_never_by_its_value(call, name):
    answer = sent(call, **{name: "Zebulonia Quackenthorpe"})
    assert answer.status_code == 422
    (fault,) = answer.json()["detail"]
    assert (fault["type"], fault["loc"]) == ("extra_forbidden", ["body", name])
    assert fault["msg"].startswith("unknown field; known: ")
    assert ("texts" if call == "batch" else "text") in fault["msg"]
    assert "Zebulonia" not in answer.text


@pytest.mark.parametrize("name", ["Patient John Smith SSN 123-45-6789", "john@example.org", "", "a" * 41, "1", "é"])
def test_a_text_that_is_sent_as_a_field_is_not_in_the_answer(name):
    answer = sent("deidentify", **{name: 1})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "?"]
    assert not name or name not in {*answer.json()["detail"][0]["msg"].split()}


@pytest.mark.parametrize("call", ["deidentify", "explain", "batch"])
@pytest.mark.parametrize("strategy", ["placeholder", "redact", "hash", "consistent"])
def test_a_profile_and_a_strategy_together_are_refused_with_what_to_do(call, strategy):
    answer = sent(call, profile="expert", strategy=strategy)
    assert answer.status_code == 422
    assert "leave one out" in answer.json()["detail"][0]["msg"]
    assert "123-45" not in answer.text


@pytest.mark.parametrize(
    ("more", "way"),
    [
        ({"profile": None, "strategy": "redact"}, "redact"),
        ({"profile": "redact", "strategy": None}, "placeholder"),
        ({}, "placeholder"),
        ({"strategy": None}, "placeholder"),
    ],
)
def test_one_of_them_or_none_is_enough(more, way):
    assert _wish(DeidentifyRequest(text=TEXT, **more)).strategy == way


@pytest.mark.parametrize("name", ["sampel", "Review", "text"])
def test_the_fields_of_a_job_are_named_too(tmp_path, name):
    from fastapi import FastAPI, Request
    from fastapi.exceptions import RequestValidationError

    from veil.service.portal.schemas import ColumnRules
    from veil.service.request_errors import shown_faults

    app, seen = FastAPI(), []

    @app.exception_handler(RequestValidationError)
    async def refused(request: Request, error: RequestValidationError):
        seen.extend(shown_faults(request, error.errors()))
        from fastapi.responses import JSONResponse

        return JSONResponse({}, 422)

    @app.put("/plan")
    def plan(asked: ColumnRules) -> None:
        del asked

    from fastapi.testclient import TestClient

    wish = {"source": "t", "column": "c", "rule": "keep", name: "Zebulonia"}
    assert TestClient(app).put("/plan", json={"columns": [wish]}).status_code == 422
    assert seen[0]["loc"] == ["body", "columns", 0, name]
    assert "Zebulonia" not in json.dumps(seen)


@pytest.mark.parametrize("body", ['{"text": "Zoë Müller"}'.encode("latin-1"), b"\xff\xfe{", b"text=Ann"])
def test_a_body_that_is_no_json_in_utf_8_is_refused_without_a_word_of_it(body):
    answer = asked("POST", "/api/v1/deidentify", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert "ller" not in answer.text
    assert "Ann" not in answer.text

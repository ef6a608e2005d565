"""DetectPHI: the call of Comprehend Medical, for clients that already speak it (boto3 with `endpoint_url`).

Source:  Amazon Comprehend Medical API reference, DetectPHI; the JSON 1.1 protocol of AWS.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from veil import log
from veil.errors import LimitError, place_of
from veil.log import Name
from veil.service.aws.sigv4 import is_signed, read
from veil.service.gate.callers import Callers
from veil.service.gate.grants import ANYBODY, Grant
from veil.service.gate.middleware import FAILED
from veil.service.locate import entities
from veil.service.metrics import Measures
from veil.service.reader import Reader
from veil.service.rest.answers import Answers

MOST_CHARS = 20_000
_TARGET = "ComprehendMedical_20181030."
_MEDIA = "application/x-amz-json-1.1"
LANGUAGE = "x-veil-language"  # of a text in a language that is not read: most identifiers are not found


class Refusal(Exception):  # noqa: N818  an answer, no failure of ours
    """Shape: the name of an error of AWS, a status and a sentence."""

    def __init__(self, name: str, sentence: str, status: int = 400) -> None:
        super().__init__(name)
        self.name, self.sentence, self.status = name, sentence, status


def aws_router(reader: Reader, answers: Answers, callers: Callers, measures: Measures, waiting: int) -> APIRouter:
    """POST / with a target of Comprehend Medical."""
    router = APIRouter()

    @router.post("/", include_in_schema=False)
    async def call(request: Request) -> Response:
        try:
            text, answer = await _found(request, reader, callers, measures, waiting)
            language = answers.languages([text])[0]
            return _answered(request, 200, answer, {LANGUAGE: language} if language else None)
        except Refusal as refused:
            return _refused(request, refused)
        except HTTPException:
            raise
        except Exception as error:  # noqa: BLE001  its words may hold a text: its kind and place are told
            log.event("failed", kind=Name(type(error).__name__), place=Name(place_of(error)))
            return _refused(request, Refusal("InternalServerException", FAILED, 500))

    return router


async def _found(
    request: Request, reader: Reader, callers: Callers, measures: Measures, waiting: int
) -> tuple[str, dict[str, Any]]:
    body = await request.body()
    _check(request, body, callers)
    if request.headers.get("x-amz-target", "") != f"{_TARGET}DetectPHI":
        raise Refusal("UnknownOperationException", "this service answers DetectPHI")
    if reader.waiting > waiting:
        raise Refusal("ServiceUnavailableException", "too much waits to be read", 503)
    text = _text(body)
    try:
        (spans,) = await reader.find([text])
    except LimitError:
        raise Refusal("InvalidRequestException", "the text asks for more work than is allowed") from None
    measures.texts([len(text)], [spans], reader.waiting)
    return text, {"Entities": entities(text, spans), "ModelVersion": f"veil-{version('veil-deid')}"}


def _refused(request: Request, refused: Refusal) -> Response:
    body = {"__type": refused.name, "message": refused.sentence, "Message": refused.sentence}
    return _answered(request, refused.status, body, {"x-amzn-errortype": refused.name})


def _answered(request: Request, status: int, answer: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    sent_headers = {"x-amzn-requestid": request.state.request_id, **(headers or {})}
    return Response(json.dumps(answer), status, sent_headers, media_type=_MEDIA)


def _text(body: bytes) -> str:
    try:
        text = json.loads(body.decode("utf-8"))["Text"]
        text.encode()
    except UnicodeError:
        raise Refusal("InvalidEncodingException", "the text is not valid UTF-8") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refusal("InvalidRequestException", "a text is needed, under Text") from None
    if not text:
        raise Refusal("InvalidRequestException", "the text is empty")
    if len(text) > MOST_CHARS:
        raise Refusal("TextSizeLimitExceededException", f"a text has at most {MOST_CHARS} characters")
    return str(text)


def _check(request: Request, body: bytes, callers: Callers) -> None:
    """Who signed may ask; with `--local` anybody of this machine may."""
    if callers.is_local(request):
        return
    grant = _signer(request, body, callers)
    try:
        callers.check(grant)
        callers.count(grant)
    except HTTPException as error:
        if error.status_code == 429:
            raise Refusal("TooManyRequestsException", "too many requests", 429) from None
        if error.status_code == 503:
            raise Refusal("ServiceUnavailableException", "it cannot be told who may ask", 503) from None
        raise Refusal("ExpiredTokenException", "the access key ran out or was taken back") from None
    if grant is not ANYBODY and "phi" not in grant.scopes:
        raise Refusal("AccessDeniedException", "this access key is not for that")


def _signer(request: Request, body: bytes, callers: Callers) -> Grant:
    header = request.headers.get("authorization", "")
    if not header:
        raise Refusal("MissingAuthenticationTokenException", "the request is not signed")
    signed = read(header)
    if signed is None:
        raise Refusal("IncompleteSignatureException", "the signature is not one of version 4")
    known = callers.grants.read_access(signed.id)
    if known is None or known[0].expires <= 0:
        raise Refusal("UnrecognizedClientException", "the access key is not known")
    grant, secret = known
    now = dt.datetime.fromtimestamp(time.time(), dt.UTC)
    headers = {name: ",".join(request.headers.getlist(name)) for name in set(request.headers)}
    if not is_signed(
        signed, secret, request.method, request.url.path, request.query_params.multi_items(), headers, body, now
    ):
        raise Refusal("InvalidSignatureException", "the signature is not that of this request")
    return grant

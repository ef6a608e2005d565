"""Routes: the calls of the REST service."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Response

from veil.engine.texts import Treated
from veil.errors import Error
from veil.model import Span
from veil.service.gate.callers import Callers
from veil.service.gate.grants import Grant
from veil.service.locate import entities
from veil.service.metrics import Measures
from veil.service.reader import Reader
from veil.service.rest.answers import Answers, ChangeOptions
from veil.service.rest.entity_types import KINDS, kind_of, unknown
from veil.service.rest.explain import explained
from veil.service.rest.request_lists import Lists
from veil.service.rest.schemas import (
    BatchAnswer,
    BatchRequest,
    BatchResult,
    ChangeRequest,
    DeidentifyAnswer,
    DeidentifyRequest,
    DetectAnswer,
    DetectRequest,
    Entity,
    EntityKind,
    EntityKinds,
    ExplainAnswer,
    ExplainRequest,
    Health,
    PhiAnswer,
    PhiEntity,
    PhiRequest,
    problems,
)

MODEL = "veil-ner"


class Desk:
    """What the calls share: the engine, who may call, what is counted, and how much may wait."""

    def __init__(self, reader: Reader, answers: Answers, callers: Callers, measures: Measures, waiting: int) -> None:
        self.reader, self.answers, self.callers, self.measures = reader, answers, callers, measures
        self._waiting = waiting
        self.needed: list[Callable[[], object]] = []  # what else must answer before the service is ready

    def is_ready(self) -> bool:
        """Whether the model is there, and all else that requests need."""
        try:
            for check in self.needed:
                check()
        except Error:
            return False
        return self.reader.ready.is_set()

    def check_room(self) -> None:
        """Errors: HTTPException 503 where too much waits already."""
        if self.reader.waiting > self._waiting:
            raise HTTPException(503, "too much waits to be read", headers={"Retry-After": "1"})

    def count(self, texts: list[str], found: list[list[Span]]) -> None:
        self.measures.texts(map(len, texts), found, self.reader.waiting)


def rest_router(desk: Desk) -> APIRouter:
    """The calls under /api/v1."""
    router = APIRouter(prefix="/api/v1", responses=problems(), route_class=desk.callers.route())
    _add_calls(router, desk)
    _add_phi(router, desk)
    _add_facts(router, desk)
    return router


def _add_calls(router: APIRouter, desk: Desk) -> None:
    may_detect, may_change = desk.callers.allowed("detect"), desk.callers.allowed("deidentify")

    @router.post("/detect", tags=["texts"], response_model_exclude_none=True)
    async def detect(body: DetectRequest, grant: Annotated[Grant, Depends(may_detect)]) -> DetectAnswer:
        """Find what identifies a person. Offsets are code points of the text."""
        del grant
        desk.check_room()
        (spans,) = await desk.answers.find([body.text], body.confidence_threshold)
        desk.count([body.text], [spans])
        found = _entities(body.text, spans)
        return DetectAnswer(
            entities=found, entity_count=len(found), text_length=len(body.text), language=_language(desk, body.text)
        )

    @router.post("/deidentify", tags=["texts"], response_model_exclude_none=True)
    async def deidentify(body: DeidentifyRequest, grant: Annotated[Grant, Depends(may_change)]) -> DeidentifyAnswer:
        """Put something else in the place of what identifies a person."""
        (done,) = await _changed(desk, [body.text], body, grant)
        found = _entities(body.text, done.spans)
        replaced = {treated.text: new for treated, new in zip(found, done.replacements, strict=True)}
        return DeidentifyAnswer(
            deidentified_text=done.text,
            entities_found=found,
            replacements_made=replaced,
            entity_count=len(found),
            language=done.language or None,
        )

    @router.post("/explain", tags=["texts"], response_model_exclude_none=True)
    async def explain(body: ExplainRequest, grant: Annotated[Grant, Depends(may_change)]) -> ExplainAnswer:
        """The same, with the reason of every span: who found it, how sure, and which line of the policy decided."""
        (done,) = await _changed(desk, [body.text], body, grant)
        wish = _wish(body)
        every = await desk.answers.everything(body.text, wish.least, wish.lists)
        return explained(body.text, done, every, desk.answers.policy(wish))

    @router.post("/batch", tags=["texts"], response_model_exclude_none=True)
    async def batch(body: BatchRequest, grant: Annotated[Grant, Depends(may_change)]) -> BatchAnswer:
        """The same for up to a hundred texts, in their order."""
        done = await _changed(desk, body.texts, body, grant)
        results = [
            BatchResult(
                original_text=text if body.include_original else None,
                deidentified_text=treated.text,
                entity_count=len(treated.spans),
                language=treated.language or None,
            )
            for text, treated in zip(body.texts, done, strict=True)
        ]
        return BatchAnswer(
            results=results,
            total_entities=sum(result.entity_count for result in results),
            documents_processed=len(results),
        )


def _add_phi(router: APIRouter, desk: Desk) -> None:
    may_ask = desk.callers.allowed("phi")

    @router.post("/phi", tags=["texts"], response_model_exclude_none=True)
    async def phi(body: PhiRequest, grant: Annotated[Grant, Depends(may_ask)]) -> PhiAnswer:
        """Find it, and answer as Locate and DetectPHI do; ages of any height are told."""
        del grant
        desk.check_room()
        spans = await desk.answers.everything(body.text)
        desk.count([body.text], [spans])
        return PhiAnswer(
            phi=[PhiEntity(**entity) for entity in entities(body.text, spans)], language=_language(desk, body.text)
        )


def _add_facts(router: APIRouter, desk: Desk) -> None:
    @router.get("/health", tags=["service"])
    def health(response: Response) -> Health:
        """Whether this process answers; 503 until the model is there, and while the store is away."""
        loaded, ready = desk.reader.ready.is_set(), desk.is_ready()
        response.status_code = 200 if ready else 503
        return Health(
            status="healthy" if ready else "starting" if not loaded else "unready",
            model_loaded=loaded,
            model_name=MODEL,
            version=version("veil-deid"),
        )

    @router.get("/entities", tags=["service"])
    async def kinds() -> EntityKinds:
        """The twenty-one types."""
        types = [
            EntityKind(
                name=kind.name, description=kind.description, examples=list(kind.examples), replacement=kind.replacement
            )
            for kind in KINDS.values()
        ]
        return EntityKinds(entity_types=types, total_types=len(types))

    @router.get("/metrics", tags=["service"], response_class=Response)
    async def metrics(grant: Annotated[Grant, Depends(desk.callers.allowed("metrics"))]) -> Response:
        """Counts for Prometheus."""
        del grant
        return Response(desk.measures.page(), media_type="text/plain; version=0.0.4; charset=utf-8")


async def _changed(desk: Desk, texts: list[str], body: ChangeRequest, grant: Grant) -> list[Treated]:
    place = unknown(body.entity_types or ())
    if place is not None:
        raise HTTPException(400, f"Unknown entity type: number {place + 1} of entity_types; see /api/v1/entities")
    desk.check_room()
    done = await desk.answers.change(texts, _wish(body), grant.id)
    desk.count(texts, [treated.spans for treated in done])
    return done


def _language(desk: Desk, text: str) -> str | None:
    """The language of a text that is not read; None where it is read."""
    return desk.answers.languages([text])[0] or None


def _wish(body: ChangeRequest) -> ChangeOptions:
    return ChangeOptions(
        body.strategy or "placeholder",
        body.entity_types,
        body.confidence_threshold,
        body.profile,
        body.consistent_in,
        body.consistent_key,
        Lists(tuple(body.allow or ()), tuple(body.deny or ())),
    )


def _entities(text: str, spans: list[Span]) -> list[Entity]:
    return [
        Entity(
            entity_type=kind_of(span.label),
            text=text[span.start : span.end],
            start=span.start,
            end=span.end,
            confidence=round(span.score, 4),
        )
        for span in spans
    ]

"""Schemas: the requests and answers of the REST service, field by field."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

MOST_CHARS = 100_000
MOST_TEXTS = 100
# Of one text of a batch, or of the text page: seconds of work, not minutes in which nobody else is answered.
MOST_CHARS_OF_MANY = 1_000_000

Strategy = Literal["placeholder", "consistent", "redact", "hash"]
Profiles = Literal["safe-harbor", "limited-data-set", "expert", "gdpr-pseudonymised", "redact"]
Threshold = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, description="the least score of a span")]
KeyName = Annotated[str, Field(max_length=200, description="the name under which fakes stay the same for you")]


ListWord = Annotated[str, Field(min_length=2, max_length=200, pattern=r"\S")]
ListWords = Annotated[list[ListWord], Field(max_length=500)]


class Asked(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "Patient John Smith SSN 123-45-6789"}]}
    )


class DetectRequest(Asked):
    text: str = Field(min_length=1, max_length=MOST_CHARS)
    confidence_threshold: Threshold = 0.5


class ChangeRequest(BaseModel):
    """How texts are changed.

    `strategy` puts placeholders, fakes that are the same for the same person, blocks or keyed hashes. `profile` takes the
    rules of a shipped policy instead. `consistent_in` is how far fakes reach: one document, all texts of a request, or
    every request with the same `consistent_key`.
    """

    model_config = ConfigDict(extra="forbid")
    strategy: Strategy | None = Field(None, description="how spans are replaced; placeholder where it is left out")
    entity_types: list[str] | None = Field(
        None, min_length=1, max_length=64, description="only these types, at least one; see /api/v1/entities"
    )
    confidence_threshold: Threshold = 0.5
    profile: Profiles | None = Field(None, description="a shipped policy, in place of the strategy")
    consistent_in: Literal["document", "batch", "key"] = "batch"
    consistent_key: KeyName = ""
    allow: ListWords | None = Field(None, description="values that are never replaced, as whole spans, in any case")
    deny: ListWords | None = Field(None, description="words that are always replaced, in any case")

    @model_validator(mode="after")
    def _check_one_way(self) -> Self:
        if self.profile is not None and self.strategy is not None:
            raise PydanticCustomError(
                "profile_with_strategy",
                "`profile` and `strategy` cannot be sent together: a profile has rules of its own; leave one out",
            )
        return self


class DeidentifyRequest(ChangeRequest):
    model_config = Asked.model_config
    text: str = Field(min_length=1, max_length=MOST_CHARS)


class ExplainRequest(ChangeRequest):
    model_config = Asked.model_config
    text: str = Field(min_length=1, max_length=MOST_CHARS_OF_MANY)


class BatchRequest(ChangeRequest):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"texts": ["Seen by Dr. Wong", "MRN 1234567"]}]}
    )
    texts: list[Annotated[str, Field(max_length=MOST_CHARS_OF_MANY)]] = Field(min_length=1, max_length=MOST_TEXTS)
    include_original: bool = Field(False, description="repeat each text in its result")


class LanguageNotice(BaseModel):
    """An answer that says so where a text is in a language that is not read.

    Then `language` is its code (ISO 639; `und`: it cannot be said which): a text that is changed is masked whole, and of one that is
    only looked at most identifiers are not found.
    """

    language: str | None = Field(
        None, description="the language of a text that is not read; not there where it is read"
    )


class PhiRequest(Asked):
    text: str = Field(min_length=1, max_length=MOST_CHARS)


class Entity(BaseModel):
    entity_type: str
    text: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    confidence: float = Field(ge=0, le=1)


class DetectAnswer(LanguageNotice):
    entities: list[Entity]
    entity_count: int
    text_length: int


class DeidentifyAnswer(LanguageNotice):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "deidentified_text": "Patient [NAME]",
                    "entity_count": 1,
                    "replacements_made": {"John Smith": "[NAME]"},
                    "entities_found": [
                        {"entity_type": "NAME", "text": "John Smith", "start": 8, "end": 18, "confidence": 0.93}
                    ],
                }
            ]
        }
    )
    deidentified_text: str
    entities_found: list[Entity]
    replacements_made: dict[str, str]
    entity_count: int


class Reason(BaseModel):
    """A span with why it is one and what became of it; `policy` is the line of the policy that decided."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    label: str
    entity_type: str
    score: float = Field(ge=0, le=1)
    source: str
    kept: bool
    policy: str
    replacement: str
    result_start: int = Field(ge=0)
    result_end: int = Field(ge=0)


class ExplainAnswer(LanguageNotice):
    deidentified_text: str
    spans: list[Reason]


class BatchResult(LanguageNotice):
    original_text: str | None = None
    deidentified_text: str
    entity_count: int


class BatchAnswer(BaseModel):
    results: list[BatchResult]
    total_entities: int
    documents_processed: int


class PhiEntity(BaseModel):
    """An identifier in the shape of Locate and of Comprehend Medical. Units: code points."""

    Id: int = Field(ge=0)
    BeginOffset: int = Field(ge=0)
    EndOffset: int = Field(ge=0)
    Score: float = Field(ge=0, le=1)
    Text: str
    Category: Literal["PROTECTED_HEALTH_INFORMATION"]
    Type: str
    Traits: list[str] = Field(description="always empty here")


class PhiAnswer(LanguageNotice):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "phi": [
                        {
                            "Id": 0,
                            "BeginOffset": 8,
                            "EndOffset": 18,
                            "Score": 0.93,
                            "Text": "John Smith",
                            "Category": "PROTECTED_HEALTH_INFORMATION",
                            "Type": "NAME",
                            "Traits": [],
                        }
                    ]
                }
            ]
        }
    )
    phi: list[PhiEntity]


class Health(BaseModel):
    status: Literal["healthy", "starting", "unready"]
    model_loaded: bool
    model_name: str
    version: str


class EntityKind(BaseModel):
    name: str
    description: str
    examples: list[str]
    replacement: str


class EntityKinds(BaseModel):
    entity_types: list[EntityKind]
    total_types: int


class Problem(BaseModel):
    """What went wrong; no value of a request is in it."""

    detail: str | list[dict[str, Any]]
    code: str | None = None
    hint: str | None = None


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The answers that any call may give instead, for OpenAPI."""
    always = (400, 401, 403, 413, 421, 422, 429, 500, 503)
    return {status: {"model": Problem} for status in (*always, *statuses)}

"""Project: where the data is, whose it is, and the rule of each address, as a person writes it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from veil.errors import PolicyError
from veil.policy.expected import Wrong, first_wrong
from veil.policy.parse import YamlDocument, nearest, read_yaml

Written = str | dict[str, Any] | list[Any]


SECTIONS = ("tables", "notes", "trees")  # the keys whose members are sources
Unlisted = Literal["stop", "drop", "keep"]
Missing = Literal["stop", "skip"]
RowRule = Literal["quarantine", "quarantine-rows"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True, frozen=True)


class SubjectSection(_Section):
    """Whose record a row or a note is, when it is not simply a column of it."""

    through: str | None = Field(None, description="the table that links to the patient")
    on: str | list[str] | None = Field(None, description="the column or columns that both tables share")
    from_: Literal["file_name", "file"] | None = Field(
        None, alias="from", description="take the patient from the file name, or treat each file as a patient"
    )
    pattern: str | None = Field(None, description="the pattern of file names: {patient_id}-{n}.txt")
    map: str | None = Field(
        None, description="a TSV or CSV file, relative to the project file, with the columns file name and patient"
    )


class FactsSection(_Section):
    """Columns of a table that holds facts about a person as rows: a birth, an age, a name, a telephone number."""

    by: list[str] = Field(description="the columns with the code or name of the fact")
    values: list[str] = Field(default_factory=list, description="the columns with the value of the fact")
    numbers: list[str] = Field(default_factory=list, description="those value columns whose cells must remain numbers")
    dates: list[str] = Field(
        default_factory=list,
        description="date columns of the row; in a row about a birth they are treated as birth dates",
    )


class SuppressSection(_Section):
    """Rows that are suppressed, so that every class of the others meets a goal."""

    k: int = Field(ge=2, description="k: how many rows, or patients, must share the same values in these columns")
    over: list[str] = Field(
        min_length=1, description="the quasi-identifiers; in a suppressed row each is replaced by `*`"
    )
    most: float = Field(
        0.05, ge=0, lt=1, description="the largest share of rows that may be suppressed; if more must be, the run stops"
    )
    distinct: int = Field(1, ge=1, description="l: how many distinct values of each sensitive column a class must have")
    t: float | None = Field(
        None,
        ge=0,
        le=1,
        description="t: the largest distance between a class and the whole table in a sensitive column",
    )
    sensitive: list[str] = Field(default_factory=list, description="the sensitive columns for `distinct` and `t`")
    person: str = Field("", description="the input column with the patient of each row; `k` then counts patients")


class SourceSection(_Section):
    """A table, a folder of notes or a file of records."""

    in_: str | None = Field(
        None, alias="in", description="a folder or database for this source, instead of the project's `in`"
    )
    files: str | list[str] | None = Field(
        None, description="file, folder or glob below `in`, or tables of a database; by default the name itself"
    )
    sheet: str | None = Field(None, description="the sheet of a workbook; by default the one with the table's name")
    format: str | None = Field(
        None,
        description="a format of Veil or of a package in `plugins`; by default from the file name",
    )
    settings: dict[str, Any] = Field(default_factory=dict, description="more settings of the format")
    encoding: str | None = Field(None, description="by default detected once per file and written into the plan")
    delimiter: str | None = Field(None, max_length=1, description="one character; by default detected")
    quote: str | None = Field(None, max_length=1, description="one character, or none; by default detected")
    day_first: bool | None = Field(
        None, description="true: 12/04/2012 is 12 April; by default as in the project's locale"
    )
    subject: str | SubjectSection | None = Field(
        None, description="the column with the patient of each row, or how to find the patient"
    )
    sex: str | None = Field(None, description="the column with the patient's sex, so that surrogate names match it")
    born: str | None = Field(None, description="the column with the patient's date of birth, for ages over 89")
    offset: str | None = Field(None, description="the column with the patient's date shift in days")
    columns: dict[str, Written] = Field(default_factory=dict, description="the rule of each column or path")
    no_value: list[Any] | dict[str, Any] | None = Field(
        None, description="more words that mean a missing value, as in the project's `no_value`"
    )
    facts: FactsSection | None = Field(
        None,
        description="for tables whose rows are facts about a person: which columns name the fact, and which contain its value",
    )
    unlisted: Unlisted | None = Field(
        None, description="what to do with a column without a rule; `keep` is for tables only and is reported"
    )
    dropped: Literal["gone", "empty"] | None = Field(
        None, description="whether `drop` removes the whole column or leaves it with empty cells"
    )
    missing: Missing | None = Field(None, description="what to do if no file is found")
    rows: RowsSection | None = Field(None, description="what to do with rows that cannot be parsed")
    suppress: SuppressSection | None = Field(
        None, description="suppress rows until every combination of quasi-identifiers occurs at least `k` times"
    )
    names: Written | None = Field(None, description="the rule of the file names; by default they are scanned")


class RowsSection(_Section):
    """What happens with single rows of a file that are not sound."""

    broken: RowRule = Field(
        "quarantine",
        description="a row that cannot be parsed (too many or too few cells; a line that is not JSON): quarantine its file, or only that row "
        "(CSV, TSV and JSON lines)",
    )


class VerifySection(_Section):
    """What happens where the output, read again, holds something that it may not hold."""

    strong: Literal["quarantine", "quarantine-rows", "stop"] = Field(
        "quarantine",
        description="an identifier remains in the output: quarantine its file, or only the rows that contain it, or stop the run",
    )
    weak: Literal["warn", "quarantine", "quarantine-rows", "stop"] = Field(
        "warn",
        description="a short number, a ZIP code or an everyday word remains that is also an identifier of the row's patient: list and keep it, "
        "quarantine its file or its rows, or stop the run",
    )


class GroupSection(_Section):
    """An identifier that leads to a person, by way of others."""

    of: str | None = Field(
        None, description="the identifier that this one belongs to: an encounter belongs to a patient"
    )
    in_: str | None = Field(None, alias="in", description="the table that contains both")
    columns: list[str] = Field(default_factory=list, description="its columns, if the key has several")
    is_: str | None = Field(
        None,
        alias="is",
        description="the identifier that this one equals under another name: mother_id is a patient_id",
    )


class KeyringSection(_Section):
    file: str = Field(description="the keyring file, relative to the project file")
    version: int | None = Field(
        None, description="the version of the secret; by default the newest; set it for repeated runs"
    )


class ReadingSection(_Section):
    """What happens to texts in a language that the detectors do not read."""

    unread: Literal["mask", "refuse"] = Field(
        "mask",
        description="`mask`: such a text is masked entirely and counted; `refuse`: its file is quarantined",
    )


class DatesSection(_Section):
    """What a run does about dates."""

    contradiction: Literal["stop", "empty"] = Field(
        "stop",
        description="if values of a column are dates only with day and month swapped: stop before anything is written, or empty the whole column",
    )


class Project(_Section):
    """The whole file; see the reference of projects."""

    veil: Literal[1] = Field(1, description="the version of the project format")
    name: str = Field("project", description="the name in reports; write nothing about a patient in it")
    extends: str | None = Field(None, description="another project file, whose keys this one completes or overrides")
    synthetic: bool = Field(
        False, description="true: the data is invented, of no real person; then `veil --debug` may show tracebacks"
    )
    profile: str = Field(
        "safe-harbor", description="safe-harbor, limited-data-set, expert, gdpr-pseudonymised, redact, or a file"
    )
    claims: Literal["safe-harbor", "limited-data-set", "none"] | None = Field(
        None, description="what the output claims to comply with"
    )
    in_: str = Field(
        ".",
        alias="in",
        description="the folder of the input, relative to this file, or an address: `postgresql://user@host/database`",
    )
    out: str = Field("release", description="the folder of the output, relative to this file")
    publish: str | None = Field(
        None,
        description="where the release is also written: a database or `delta:///FOLDER` for its tables, `s3://bucket/prefix` for all files",
    )
    keyring: str | KeyringSection | None = Field(None, description="the keyring file; not needed by `redact`")
    vault: str | None = Field(None, description="the vault file: random codes and reversal data")
    locale: str = Field(
        "en-US",
        description="language and country: the language of texts, and whether dates are day-first or month-first",
    )
    language: ReadingSection = Field(
        default_factory=lambda: ReadingSection(unread="mask"),
        description="what to do with texts in an unsupported language",
    )
    reference_date: dt.date | None = Field(
        None, description="the day for which ages over 89 are computed; by default today"
    )
    person: str | None = Field(
        None, description="the domain of the ids that identify people; by default the first table's patient"
    )
    groups: dict[str, GroupSection] = Field(
        default_factory=dict, description="identifiers that belong to a person: encounters, accounts, relatives"
    )
    unlisted: Unlisted = Field(
        "stop", description="what to do with columns without a rule; `keep` is for tables only and is reported"
    )
    missing: Missing = Field("stop", description="what to do if a source has no file")
    schema_: str | None = Field(
        None,
        alias="schema",
        description="a schema pack: omop-5.4, omop-5.3, mimic-iv, pcornet, synthea-csv, clarity-like, cerner-like",
    )
    offsets: str | None = Field(
        None,
        description="existing date shifts: a CSV file with the columns patient, days; or `vault`, those imported there; all others are shifted by the key",
    )
    known: str | None = Field(
        None,
        description="a CSV file with the columns patient, kind, value: identifiers to search in that patient's text",
    )
    plugins: list[str] = Field(
        default_factory=list,
        description="installed packages whose operators and formats this project may use; no other package is loaded",
    )
    dates: DatesSection = Field(
        DatesSection(contradiction="stop"),
        description="what to do if a date column contradicts the day order of its source",
    )
    reversible: bool = Field(
        True,
        description="store encrypted reversal data for `veil reverse`; false: the release cannot be reversed exactly",
    )
    private: str | None = Field(
        None,
        description="the folder of the reversal data and the audit log; by default OUT.private, beside the output",
    )
    labels: dict[str, Written] = Field(default_factory=dict, description="the treatment of each label found in text")
    options: dict[str, dict[str, Any]] = Field(default_factory=dict, description="default options of each operator")
    detectors: list[str | dict[str, str]] | None = Field(
        None,
        description="the detectors of a scan: `standard` (the default), any of them, `safelist`, `filters: FILE`, "
        "`model: FOLDER`",
    )
    thresholds: dict[str, float] = Field(default_factory=dict, description="the minimum score, per label")
    allow: list[str | dict[str, str]] = Field(
        default_factory=list, description="words that are never masked: words, `pattern: RE2`, `file: FILE`"
    )
    deny: list[str | dict[str, str]] = Field(
        default_factory=list,
        description="words that are always masked: words, `word:`, `pattern:` or `file:` with a `label:`",
    )
    no_value: list[Any] | dict[str, Any] | None = Field(
        None,
        description="words that mean a missing value (NULL, N/A and UNKNOWN are known): a list adds words; `{only: [...]}` "
        "replaces them; `{except: [...]}` removes words",
    )
    rows: RowsSection | None = Field(None, description="what to do with rows that cannot be parsed")
    verify: VerifySection | None = Field(None, description="what to do if the output still contains an identifier")
    tables: dict[str, SourceSection] = Field(default_factory=dict, description="tables by name: CSV, TSV or Parquet")
    notes: dict[str, SourceSection] = Field(default_factory=dict, description="folders of notes by name")
    trees: dict[str, SourceSection] = Field(default_factory=dict, description="files of JSON or JSON lines by name")


def private_folder(project: Project, folder: Path) -> Path:
    """Where the sealed way back and the record of acts lie: never in the output."""
    out = folder / project.out
    return folder / project.private if project.private else out.parent / f"{out.name}.private"


def read_project(path: Path, overrides: list[str] | None = None) -> tuple[Project, YamlDocument]:
    """Read a project, what it extends, and the overrides of the command line.

    Shape:   overrides are `key.key=value`, the value written as YAML.
    Errors:  PolicyError with `file:line` and the nearest known name.
    """
    document = read_yaml(path)
    parent = document.data.get("extends")
    if parent is not None:
        document.data = _merged(_parent(path, str(parent)), document.data)
    for override in overrides or []:
        _override(document, override)
    return validated(document), document


def validated(document: YamlDocument) -> Project:
    try:
        return Project.model_validate(document.data)
    except ValidationError as error:
        raise _explained(first_wrong(error), document) from None


def _explained(wrong: Wrong, document: YamlDocument) -> PolicyError:
    path = tuple(
        str(step) for step in wrong.loc if step not in ("SubjectSection", "KeyringSection", "str", "list[str]")
    )
    key = path[-1] if path else ""
    if wrong.kind == "extra_forbidden":
        return PolicyError(
            "project-key",
            f"unknown key {key}",
            where=document.at(*path),
            hint=nearest(key, _known_keys(path)),
        )
    return PolicyError(
        "project-value", f"invalid value for {'.'.join(path)}", where=document.at(*path), hint=wrong.expected
    )


def _known_keys(path: tuple[str, ...]) -> list[str]:
    model: type[BaseModel] = Project
    if len(path) > 2 and path[0] in SECTIONS:
        model = SourceSection
        if len(path) > 3:
            below: dict[str, type[BaseModel]] = {
                "suppress": SuppressSection,
                "subject": SubjectSection,
                "rows": RowsSection,
            }
            model = below.get(path[2], SourceSection)
    elif len(path) > 2 and path[0] == "groups":
        model = GroupSection
    elif len(path) > 1 and path[0] in ("verify", "rows"):
        model = VerifySection if path[0] == "verify" else RowsSection
    elif len(path) > 1 and path[0] == "keyring":
        model = KeyringSection
    return [field.alias or name for name, field in model.model_fields.items()]


def _parent(path: Path, parent: str) -> dict[str, Any]:
    found = read_yaml(path.parent / parent)
    if "extends" in found.data:
        raise PolicyError(
            "project-extends",
            "a file named by `extends` may not have `extends` itself",
            where=found.at("extends"),
            hint="only one level is supported",
        )
    return found.data


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _override(document: YamlDocument, override: str) -> None:
    import yaml  # noqa: PLC0415

    path, equals, value = override.partition("=")
    if not equals or not path:
        raise PolicyError("override-shape", "an override must be key=value", hint="for example -o profile=redact")
    keys = path.strip().split(".")
    at = document.data
    for key in keys[:-1]:
        at = at.setdefault(key, {})
        if not isinstance(at, dict):
            raise PolicyError(
                "override-path",
                f"the override {path} goes through a key that is not a mapping",
                hint="see the project file",
            )
    try:
        at[keys[-1]] = yaml.safe_load(value)
    except (yaml.YAMLError, ValueError):
        raise PolicyError(
            "override-shape", f"the value of the override {path} cannot be read", hint="for example -o profile=redact"
        ) from None

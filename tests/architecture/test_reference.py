"""Every command, option, project key, label, operator and error code is documented, in pages made from the code."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def reference():
    found = importlib.util.spec_from_file_location("make_reference", ROOT / "tools" / "make_reference.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def page(name):
    return (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")


def test_the_pages_are_those_that_the_code_makes(reference):
    for name, text in reference.pages().items():
        assert page(name) == text, f"{name} is old: run tools/make_reference.py"


def test_every_command_and_option_is_documented(reference):
    from typer.testing import CliRunner

    from veil.cli.app import app

    text = page("cli.md")
    for name, _ in reference.commands(app, ""):
        assert f"## `veil {name}`" in text
        shown = CliRunner().invoke(app, [*name.split(), "--help"], env={"COLUMNS": "300", "TERM": "dumb"}).stdout
        section = text.split(f"## `veil {name}`")[1].split("\n## ")[0]
        for option in set(re.findall(r"(?<!\S)--[a-z][a-z-]+", shown)) - {"--help"}:
            assert option in section or f"--{option.removeprefix('--no-')}" in section, f"{name} {option}"


def test_every_key_of_a_project_is_documented_with_what_it_does():
    from veil.policy.project import KeyringSection, Project, SourceSection, SubjectSection

    text = page("project.md")
    for model in (Project, SourceSection, SubjectSection, KeyringSection):
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name} says nothing of itself"
            assert f"| `{field.alias or name}` |" in text


def test_every_code_that_the_source_raises_is_documented():
    text = page("errors.md")
    for path in (ROOT / "src").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        for code in re.findall(r'(?<!PydanticCustom)Error\(\s*"([\w-]+)"', source):
            assert f"`{code}`" in text, f"{code} of {path.name}"


def test_every_code_that_verify_gives_is_documented_and_counted():
    from veil.reports.figures import BAD

    text = page("errors.md")
    for path in (ROOT / "src" / "veil" / "verify").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        given = re.findall(r'\.bad\(.*?"([\w-]+)"\)', source) + re.findall(
            r'return "((?:residual|torn)[\w-]*)"', source
        )
        for code in given + re.findall(r'^ +"(form|kept-changed|null-filled)",?', source, re.MULTILINE):
            assert code in BAD, f"{code} of {path.name}"
            assert f"`{code}`" in text


def test_no_code_of_verify_is_documented_that_none_gives():
    from veil.reports.figures import BAD

    whole = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src" / "veil" / "verify").glob("*.py"))
    assert [code for code in BAD if f'"{code}"' not in whole] == []


def test_the_schema_of_projects_takes_the_project_of_the_hospital(hospital):
    import jsonschema

    from veil.policy.json_schema import json_schema
    from veil.policy.parse import read_yaml

    data = read_yaml(hospital.file).data
    jsonschema.validate(data, json_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**data, "tabels": {}}, json_schema())


def test_every_direct_identifier_of_safe_harbor_has_places_in_each_standard_with_what_happens_there():
    rows = [line for line in page("identifiers.md").splitlines() if line.startswith("| (")]
    assert [line[3] for line in rows] == list("ABCDEFGHIJKLMNOPQR")
    for line in rows:
        _, _, fhir, hl7, *_ = line.split(" | ".strip())
        assert "`: " in fhir, line
        assert "`: " in hl7, line

"""The pages for contributors say what is in the repository."""

import ast
import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "contributing"


def read(name):
    return (PAGES / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def links():
    found = importlib.util.spec_from_file_location("check_links", ROOT / "tools" / "check_links.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_links_and_anchors_of_every_page_resolve(links):
    assert len(links.pages()) > 50
    assert {page.name: found for page in links.pages() if (found := links.broken(page))} == {}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[a](none.md)", ["1: none.md: no such file"]),
        ("\n[a](#nothing)", ["2: #nothing: no such heading"]),
        ("[a](other.md#two-words)", []),
        ("[a](other.md#two)", ["1: other.md#two: no such heading"]),
        ("[a](other.md#two-words-1)", []),
        ("![a](none.png)", ["1: none.png: no such file"]),
        ("`[a](none.md)`\n```\n[a](none.md)\n```\n[a](https://example.org/none)", []),
    ],
)
def test_a_link_that_leads_nowhere_is_named_with_its_line(links, tmp_path, text, wrong):
    (tmp_path / "other.md").write_text("# Two `words`\n\n## [Two](x.md) words\n")
    (tmp_path / "page.md").write_text(text)
    assert links.broken(tmp_path / "page.md") == wrong


def test_the_layers_of_the_page_are_those_that_are_checked():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one.get("containers") == ["veil"])
    (shown,) = re.findall(r"```\n(cli\n.*?)```", read("architecture.md"), re.DOTALL)
    assert shown.split("\n")[:-1] == layers


def test_every_source_file_that_the_architecture_names_exists():
    named = set(re.findall(r"`((?:[a-z_0-9]+/)+(?:[a-z_0-9]+\.py)?)`", read("architecture.md")))
    missing = [one for one in named if not (ROOT / one).exists() and not (ROOT / "src" / "veil" / one).exists()]
    assert len(named) > 20
    assert missing == []


def test_every_class_that_the_architecture_names_exists_in_its_file():
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|.*\| (.*) \|$", read("architecture.md"), re.MULTILINE)
    for names, files in rows:
        source = "".join((ROOT / "src/veil" / one).read_text() for one in re.findall(r"`([\w/]+\.py)`", files))
        for name in re.findall(r"`(\w+)`", names):
            assert re.search(rf"^(class {name}\b|{name}\b.*=)", source, re.MULTILINE), name


@pytest.mark.parametrize("page", ["invariants.md", "release.md", "tests.md"])
def test_every_test_that_a_page_names_exists(page):
    named = re.findall(r"`(tests/[\w/.]+)(?:::(\w+))?`", read(page))
    assert len(named) > (30 if page == "invariants.md" else 1)
    for path, function in named:
        assert (ROOT / path).exists(), path
        if function:
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, function


def test_each_file_of_the_rows_is_explained_beside_its_id():
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", read("tests.md"), re.MULTILINE)
    explained = {}
    for key, words, files in rows:
        assert len(words) > 15, key
        for name in re.findall(r"\.\./\.\./tests/rows/(test_\w+\.py)", files):
            assert name.startswith(f"test_{key}"), name
            explained[name] = key
    assert set(explained) == {path.name for path in (ROOT / "tests" / "rows").glob("test_*.py")}


def test_each_decision_is_listed_with_its_title():
    folder = ROOT / "docs" / "adr"
    listed = re.findall(r"^\| (\d+) \| \[(.*)\]\((.*)\) \|$", (folder / "README.md").read_text(), re.MULTILINE)
    pages = sorted(folder.glob("0*.md"))
    assert [(f"# {number}. {title}", name) for number, title, name in listed] == [
        (page.read_text(encoding="utf-8").splitlines()[0], page.name) for page in pages
    ]


def test_each_page_of_the_documentation_is_in_the_navigation_of_the_site():
    config = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    listed = set(re.findall(r"[\w/.-]+\.md", str(config["nav"])))
    docs = ROOT / "docs"
    pages = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")}
    assert {one for one in pages if not re.match(r"adr/0", one)} | {"index.md"} == listed


def test_the_hooks_and_the_forge_run_commands_of_the_repository():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [one["repo"] for one in hooks] == ["local"], "no code from elsewhere runs on a commit"
    lint = re.search(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for one in hooks[0]["hooks"]:
        program = one["entry"].split()[0:2]
        assert program[0].removeprefix(".venv/bin/") in lint[1], one["id"]
        assert program[0] != ".venv/bin/python" or program[1] in lint[1], one["id"]
    forge = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    assert ".ci/run" in forge
    yaml.safe_load(forge)


def test_make_help_names_each_target_in_its_group():
    text = (ROOT / "Makefile").read_text()
    phony = set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split())
    described = set(re.findall(r"^## (?!@)([\w-]+)", text, re.MULTILINE))
    assert phony - {"help"} <= described


def test_each_file_of_the_cases_is_listed():
    folder = ROOT / "tests" / "cases"
    listed = set(re.findall(r"`(test_case_\d\w+\.py)`", (folder / "README.md").read_text(encoding="utf-8")))
    assert listed == {path.name for path in folder.glob("test_case_[0-9]*.py")}

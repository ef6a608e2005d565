"""The wheel without extras: what needs one says which before it does anything, and what needs none works."""

import json
import shutil

import pytest
from tests.bare import bare_environment, veil

pytestmark = pytest.mark.slow
PROJECT = """profile: expert
keyring: hospital.key
in: data
out: out
tables: {t: {columns: {id: pseudonym, name: drop, seen: shift}, subject: id}}
"""
CASES = {
    "serve": ("service", ["serve", "--port", "0"]),
    "serve --local": ("service", ["serve", "--local", "--port", "0"]),
    "serve --data": ("service", ["serve", "--data", "kept", "--key-file", "new.key"]),
    "serve with accounts": (
        "service,oidc",
        ["serve", "--data", "kept", "--key-file", "new.key", "--oidc-issuer", "https://id.example"],
    ),
    "serve with nodes": ("service,nodes", ["serve", "--data", "postgresql://veil@127.0.0.1/veil"]),
    "serve record": ("nodes", ["serve", "record", "acts.jsonl", "--data", "postgresql://veil@127.0.0.1/veil"]),
    "trace": ("trace", ["trace", "--upstream", "http://127.0.0.1:1"]),
    "trace --proxy": ("trace", ["trace", "--proxy", "--upstream", "http://127.0.0.1:1"]),
    "trace --processor": ("trace", ["trace", "--processor"]),
    "trace --config-only": ("trace", ["trace", "--config-only", "envoy.json", "--upstream", "http://127.0.0.1:1"]),
    "scan duckdb": ("duckdb", ["scan", "duckdb:///a.duckdb"]),
    "scan postgresql": ("postgresql", ["scan", "postgresql://veil@127.0.0.1/veil"]),
    "scan postgres": ("postgresql", ["scan", "postgres://veil@127.0.0.1/veil"]),
    "scan mariadb": ("mariadb", ["scan", "mariadb://veil@127.0.0.1/veil"]),
    "scan mysql": ("mariadb", ["scan", "mysql://veil@127.0.0.1/veil"]),
    "scan delta": ("delta", ["scan", "delta:///lake"]),
    "scan xlsx": ("xlsx", ["scan", "book.xlsx"]),
    "filters": ("filters", ["notes", "-i", "notes", "-o", "out", "-f", "filters.json"]),
    "model": ("model", ["find", "notes/a.txt", "--model", "onnx"]),
    "model of transformers": ("transformers", ["find", "notes/a.txt", "--model", "torch"]),
}


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    return bare_environment(tmp_path_factory.mktemp("bare"))


@pytest.fixture
def folder(tmp_path):
    """What the commands are pointed at."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/t.csv").write_text("id,name,seen\n1,Ann Lee,2019-03-04\n")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/a.txt").write_text("Seen by Dr. Wong on 03/04/2019.")
    (tmp_path / "filters.json").write_text(
        json.dumps([{"type": "regex", "title": "x", "exclude": True, "data": "\\d+", "phi_type": "DATE"}])
    )
    for name, weights in {"onnx": "model.onnx", "torch": "model.safetensors"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / weights).touch()
        (tmp_path / name / "tokenizer.json").write_text("{}")
        (tmp_path / name / "config.json").write_text(json.dumps({"id2label": {"0": "O", "1": "B-NAME"}}))
    _book(tmp_path / "book.xlsx", [["id", "name"], [1, "Ann Lee"]])
    return tmp_path


def _book(path, rows):
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("t")
    for i, row in enumerate(rows):
        sheet.write_row(i, 0, row)
    book.close()


def everything(folder):
    return {path.relative_to(folder) for path in folder.rglob("*")}


def refused(done, extra):
    assert f"pip install 'veil-deid[{extra}]'" in done.stderr, done.stderr
    assert "internal" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.returncode in (2, 5, 9, 10)
    assert "Ann" not in done.stderr


@pytest.mark.parametrize(("extra", "words"), CASES.values(), ids=CASES)
def test_what_needs_an_extra_says_so_before_it_does_anything(bare, folder, extra, words):
    before = everything(folder)
    refused(veil(bare, folder, *words), extra)
    assert everything(folder) == before


@pytest.mark.parametrize(
    ("extra", "target"),
    [
        ("duckdb", "duckdb:///release.duckdb"),
        ("postgresql", "postgresql://veil@127.0.0.1/veil"),
        ("mariadb", "mariadb://veil@127.0.0.1/veil"),
        ("delta", "delta:///lake"),
    ],
)
def test_a_release_that_cannot_be_published_is_not_begun(bare, folder, extra, target):
    (folder / "project.yaml").write_text(PROJECT + f"publish: {target}\n")
    assert veil(bare, folder, "keys", "new", "hospital.key").returncode == 0
    before = everything(folder)
    refused(veil(bare, folder, "run", "project.yaml"), extra)
    assert everything(folder) == before


def test_a_workbook_among_tables_is_refused_before_any_table_is_written(bare, folder):
    (folder / "project.yaml").write_text(
        PROJECT.replace("tables: {", "tables: {u: {columns: {id: pseudonym, name: drop}, subject: id}, ")
    )
    shutil.move(folder / "book.xlsx", folder / "data/u.xlsx")
    assert veil(bare, folder, "keys", "new", "hospital.key").returncode == 0
    refused(veil(bare, folder, "run", "project.yaml"), "xlsx")
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["--version"],
        ["--help"],
        ["serve", "--help"],
        ["trace", "--help"],
        ["scan", "data"],
        ["find", "notes/a.txt"],
        ["notes", "-i", "notes", "-o", "out"],
        ["synth", "-o", "made", "--patients", "3"],
    ],
    ids=" ".join,
)
def test_what_needs_no_extra_works(bare, folder, words):
    done = veil(bare, folder, *words)
    assert done.returncode == 0, done.stderr


def test_tables_are_released_by_the_base_install(bare, folder):
    (folder / "project.yaml").write_text(PROJECT)
    assert veil(bare, folder, "keys", "new", "hospital.key").returncode == 0
    done = veil(bare, folder, "run", "project.yaml")
    assert done.returncode == 0, done.stderr
    assert "Ann" not in (folder / "out/t.csv").read_text()

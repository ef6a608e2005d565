"""The documentation does what it says: its shell blocks are run, its Python blocks too, its links lead somewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.services import served

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "SECURITY.md", *(ROOT / "docs").rglob("*.md")])


def _blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "120"}


@pytest.mark.slow
def test_the_tutorial_runs_from_its_first_line_to_its_last(tmp_path: Path) -> None:
    script = "\n".join(_blocks(ROOT / "docs/tutorial/tables-with-notes.md", "sh"))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, env=_environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "hospital/study-release/veil-report.html").exists()
    assert (tmp_path / "hospital/look.html").stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_the_tutorial_of_tables_ends_with_a_release_that_is_signed_and_meets_its_bar(tmp_path: Path) -> None:
    script = "\n".join(_blocks(ROOT / "docs/tutorial/csv-to-signed-release.md", "sh"))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, env=_environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert done.stdout.count("ok   signed") == 1
    assert (tmp_path / "study/risk.html").exists()


def test_the_notes_page_does_a_folder_without_a_key(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("Seen by Dr. Alice Wong on 03/04/2019.")
    for block in _blocks(ROOT / "docs/how-to/notes.md", "sh"):
        subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block], cwd=tmp_path, env=_environment(), check=True, capture_output=True
        )
    assert (tmp_path / "clean" / "a.txt").read_text() == "Seen by Dr. [NAME] on [DATE]."


def test_the_audit_page_records_signs_and_checks_a_release(fresh_hospital, passphrase, tmp_path: Path) -> None:
    folder = fresh_hospital.folder
    fresh_hospital.file.rename(folder / "project.yaml")
    (folder / "words.txt").write_text("four random words here\n")
    (folder / "words.txt").chmod(0o600)
    script = "veil keys rotate hospital.key\n" + "\n".join(_blocks(ROOT / "docs/how-to/audit.md", "sh"))
    told = {**_environment(), "VEIL_PASSPHRASE": passphrase}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=told, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("ok   signed") == 2
    assert (folder / "acts.html").exists()


def test_the_plugin_page_makes_a_package_that_keeps_the_laws(tmp_path: Path) -> None:
    module, promise, test = _blocks(ROOT / "docs/how-to/write-a-plugin.md", "python")
    loaded, declared = promise.strip().split("\n\n")
    module = f"{loaded}\n{module}".replace(
        "    def replace", f"    {declared.replace('promise =', 'promise: ClassVar[Promise] =')}\n\n    def replace", 1
    )
    (about,) = _blocks(ROOT / "docs/how-to/write-a-plugin.md", "toml")
    (tmp_path / "veil_orders.py").write_text(module)
    info = tmp_path / "veil_orders-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: veil-orders\nVersion: 1.0\n")
    points = re.search(r"^order_year = \"(.*)\"$", about, re.MULTILINE)
    assert points is not None
    (info / "entry_points.txt").write_text(f"[veil.operators]\norder_year = {points.group(1)}\n")
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{test}\ntest_every_law_of_veil_holds()"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_python_of_the_readme_prints_what_it_says() -> None:
    (block,) = _blocks(ROOT / "README.md", "python")
    said = re.search(r"# (\[.*\])$", block, re.MULTILINE)
    done = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True, check=True)
    assert said is not None
    assert done.stdout.strip() == said.group(1)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


SERVE = ROOT / "docs/how-to/serve.md"


def _answers(script: str, folder: Path, environment: dict[str, str]) -> list[str]:
    """What each `sh` block of the page of the service prints, run one after the other in one shell of a person."""
    marked = re.sub(r"(?m)^#block#$", "printf '\\\\036'", script)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", marked], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout.split("\x1e")


@pytest.mark.slow
def test_the_page_of_the_service_calls_it_word_for_word(tmp_path: Path) -> None:
    ran = {**_environment(), "HOME": str(tmp_path)}
    with served(tmp_path, "--data", "data", "--key-file", "service.key") as service:
        own = [block.replace("http://localhost:8000", service.url) for block in _blocks(SERVE, "sh")]
        python = _blocks(SERVE, "python")
        for number, program in enumerate(python):
            (tmp_path / f"{number}.py").write_text(program)
        programs = [f"python {number}.py\n" for number in range(len(python))]
        printed = _answers("#block#\n".join([*own, *programs]), tmp_path, ran)
    (expected,) = _blocks(SERVE, "json")
    answers = dict(zip([*own, *programs], printed, strict=True))
    of = lambda word: next(answer for block, answer in answers.items() if word in block)  # noqa: E731
    assert json.loads(of("/v1/detect "))["entity_count"] == 2
    assert json.loads(of("/v1/deidentify ")) == json.loads(expected)
    assert json.loads(of("/v1/batch "))["documents_processed"] == 2
    assert '"entity_types"' in of("/v1/entities")
    for number, program in enumerate(python):
        said = re.search(r"# (.+)$", program, re.MULTILINE)
        assert said is not None
        assert of(f"python {number}.py").strip() == said.group(1)
    assert json.loads((tmp_path / "openapi.json").read_text())["openapi"].startswith("3.")
    clean = (tmp_path / "labs-clean.csv").read_text()
    assert clean.splitlines()[0] == "patient_id,born,note"
    assert "Wong" not in clean
    assert '"certificate":null' in of("/report")
    assert '"column":"note"' in of("/start")
    assert re.search(r'"state":"(queued|running)"[^}]*}$', of("/start"))


@pytest.mark.slow
def test_every_start_of_the_page_of_the_service_is_accepted(tmp_path: Path) -> None:
    """Each `veil serve` of the page with its options, on a free port and with files of this folder."""
    page = SERVE.read_text(encoding="utf-8")
    starts = [line for line in re.findall(r"(?m)^veil serve.*$", page) if not line.startswith("veil serve token")]
    assert len(starts) > 2
    subprocess.run(
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 1 -subj /CN=localhost".split(),
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    (tmp_path / "key.pem").chmod(0o600)
    for line in starts:
        words = line.replace("/etc/veil/", f"{tmp_path}/").replace("--workers 4", "--workers 1").split()[2:]
        with served(tmp_path, *words) as service:
            assert service.process.poll() is None

"""Every page that Veil writes, opened in a real browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.browsers import chromium, violations

from veil.audit import verify_chain
from veil.jobs.reversal.compare import compare
from veil.jobs.reversal.reverse import open_reversal, reverse
from veil.jobs.risks.fix import fixed
from veil.jobs.risks.risk import RiskRequest, measured
from veil.jobs.session import open_session
from veil.jobs.texts.evaluate import compared, errors_page, record_of
from veil.jobs.texts.protected_page import protected_page
from veil.keys import Keys
from veil.measure.curate import LabelMap
from veil.reports.audit import audit_page
from veil.reports.compared import compared_page
from veil.reports.evaluation import evaluation_page
from veil.reports.risk import risk_page
from veil.reports.run import plan_page
from veil.risk.cases import Goal
from veil.synth import make_hospital

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("VEIL_SHOTS")  # a folder for pictures of every page
VEIL = str(Path(sys.executable).with_name("veil"))
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


@pytest.fixture(scope="module")
def browser() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("a browser must be there where CI=true")
    if found is None:
        pytest.skip("no chromium")
    return found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    make_hospital(folder, 12, seed=3)
    session = open_session(folder / "hospital.yaml")
    keys = Keys.from_secret(bytes(range(32)))
    session.run(keys)
    protected_page(session, keys, folder / "look.html")
    (folder / "plan.html").write_text(plan_page(session.plan), encoding="utf-8")
    golden = Path(__file__).resolve().parents[1] / "golden" / "annotations"
    found = compared(golden / "brat", golden / "predictions.jsonl", LabelMap(), None, lambda *_: None, curate=True)
    (folder / "evaluation.html").write_text(evaluation_page(record_of(found, 100, lambda *_: None)), encoding="utf-8")
    (folder / "acts.html").write_text(
        audit_page([("audit.jsonl", verify_chain(folder / f"{session.out.name}.private/audit.jsonl"))]),
        encoding="utf-8",
    )
    table = folder / "people.csv"
    table.write_text("sex,age\n" + "".join(f"{'MF'[at % 2]},{20 + at * at % 50}\n" for at in range(200)))
    asked = RiskRequest(("sex", "age"))
    found_levels = fixed([table], asked, Goal(5), {}, beside=folder)
    record = {**measured([table], asked), "fix": found_levels.record, "after": found_levels.after}
    (folder / "risk.html").write_text(risk_page(record), encoding="utf-8")
    subprocess.run([VEIL, "scan", str(folder / "data"), "-r", "50", "-o", "scan.html"], cwd=folder, check=True)
    back = reverse(open_reversal(folder / "hospital.yaml"), keys, "a test of pages", folder / "back")
    assert back is not None
    comparison = compare(session, folder / "back")
    (folder / "compared.html").write_text(compared_page(comparison), encoding="utf-8")
    named = ("scan", "compared", "risk", "acts", "plan", "evaluation")
    return {
        **{name: folder / f"{name}.html" for name in named},
        "report": session.out / "veil-report.html",
        "protected": folder / "look.html",
        "errors": errors_page(found, folder / "errors"),
    }


def _run(browser: str, profile: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [browser, *QUIET, f"--user-data-dir={profile}", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("report", "Checks of the output"),
        ("plan", "What happens with each column"),
        ("protected", "Protected page"),
        ("evaluation", "Recall by label"),
        ("errors", "leaked partly"),
        ("acts", "Checkpoint to store elsewhere"),
        ("risk", "Group sizes"),
    ],
)
def test_a_page_opens_and_shows_what_it_is_for(
    browser: str, pages: dict[str, Path], tmp_path: Path, page: str, told: str
) -> None:
    done = _run(browser, tmp_path / "profile", "--enable-logging=stderr", "--v=0", "--dump-dom", pages[page].as_uri())
    assert told in done.stdout
    assert "Content Security Policy" not in done.stderr
    assert "Uncaught" not in done.stderr


@pytest.mark.parametrize("page", ["report", "plan", "protected", "evaluation", "errors", "acts", "risk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_is_drawn_in_light_and_dark(
    browser: str, pages: dict[str, Path], tmp_path: Path, page: str, scheme: str
) -> None:
    picture = tmp_path / "page.png"
    dark = ("--force-dark-mode", "--blink-settings=preferredColorScheme=0") if scheme == "dark" else ()
    _run(
        browser, tmp_path / "profile", "--window-size=1200,900", f"--screenshot={picture}", *dark, pages[page].as_uri()
    )
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 20_000, "a blank page is smaller"


@pytest.fixture(scope="module")
def window():
    with chromium() as one:
        yield one


@pytest.mark.parametrize("width", [375, 1200], ids=["phone", "wide"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits_its_screen(window, pages: dict[str, Path], scheme: str, width: int) -> None:
    """WCAG 2.2 AA by axe-core; no page is wider than its screen."""
    context = window.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    for name, path in pages.items():
        page.goto(path.as_uri())
        assert violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        if SHOTS:
            page.screenshot(path=str(Path(SHOTS) / f"{name}-{scheme}-{width}.png"))
    context.close()


def test_the_report_and_the_plan_hold_no_name_of_a_patient(pages: dict[str, Path]) -> None:
    rows = (pages["plan"].parent / "data" / "patients.csv").read_text(encoding="utf-8").splitlines()[1:]
    for page in ("report", "plan"):
        text = pages[page].read_text(encoding="utf-8")
        assert [row.split(",")[1] for row in rows if row.split(",")[1] in text] == []

"""What many tests stand on: small projects on disk, and one synthetic hospital that was run once."""

import dataclasses
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from veil.jobs.session import Session, open_session
from veil.keys import Cost, Keyring

# A machine that does other things is no failure. `make test-laws` draws ten times as many examples as `make test`.
settings.register_profile("house", deadline=None, max_examples=int(os.environ.get("VEIL_EXAMPLES", "40")))
settings.load_profile("house")
PASSPHRASE = "open sesame"
SHARED = Path(__file__).resolve().parents[2] / "shared"


@dataclasses.dataclass
class Made:
    """A project on disk: its file, and how to run it."""

    file: Path

    @property
    def folder(self) -> Path:
        return self.file.parent

    @property
    def out(self) -> Path:
        return self.folder / "release"

    def session(self, *overrides: str) -> Session:
        return open_session(self.file, list(overrides))

    def run(self, *overrides: str, workers: int = 1):
        session = self.session(*overrides)
        return session.run(session.keys(lambda: PASSPHRASE), workers=workers)

    def bytes_out(self) -> dict[str, bytes]:
        """The output without the two pages that tell the time of the run."""
        return bytes_of(self.out)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("veil-")
    }


@pytest.fixture(scope="session")
def keyring_file(tmp_path_factory) -> Path:
    """One keyring for all tests, cheap to open, the same in every run: a failure comes back."""
    path = tmp_path_factory.mktemp("keys") / "hospital.key"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("veil.keys.keyring.os.urandom", lambda size: bytes(range(1, size + 1)))
        Keyring.create(path, PASSPHRASE, Cost.cheap())
    return path


@pytest.fixture
def project(tmp_path, keyring_file):
    """Makes a project: `project("profile: ...", {"notes/1.txt": "..."})`; paths of data are below `data/`."""

    def make(text: str, files: dict[str, str | bytes], name: str = "project") -> Made:
        folder = tmp_path / name
        for file, content in files.items():
            path = folder / "data" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        shutil.copy(keyring_file, folder / "hospital.key")
        head = "keyring: hospital.key\nin: data\nout: release\nreference_date: 2026-06-30\n"
        (folder / "project.yaml").write_text(head + text, encoding="utf-8")
        return Made(folder / "project.yaml")

    return make


@pytest.fixture(scope="session")
def hospital(tmp_path_factory, keyring_file) -> Made:
    """Sixty patients, run once; tests that change it copy it first."""
    return made_hospital(tmp_path_factory.mktemp("hospital") / "h", keyring_file, 60)


def made_hospital(folder: Path, keyring_file: Path, patients: int, *, workers: int = 1, seed: int = 1) -> Made:
    from veil.synth import make_hospital

    make_hospital(folder, patients, seed=seed)
    shutil.copy(keyring_file, folder / "hospital.key")
    made = Made(folder / "hospital.yaml")
    made.outcome = made.run(workers=workers)
    return made


@pytest.fixture
def fresh_hospital(hospital, tmp_path) -> Made:
    """The same hospital without its release, to run again or to spoil."""
    shutil.copytree(hospital.folder, tmp_path / "h", ignore=shutil.ignore_patterns("release"))
    return Made(tmp_path / "h" / "hospital.yaml")


@pytest.fixture
def passphrase() -> str:
    return PASSPHRASE


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests counted, whichever process ran them."""
    for report in terminalreporter.stats.get("passed", ()):
        for what in (told for name, told in report.user_properties if name == "counted"):
            terminalreporter.write_line(what)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where CI=true a proof that was skipped is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = len(reporter.stats.get("skipped", ())) if reporter is not None else 0
    if os.environ.get("CI") == "true" and skipped and exitstatus == 0:
        reporter.write_line(f"{skipped} proofs were skipped, and CI=true: that is a failure", red=True)
        session.exitstatus = 1

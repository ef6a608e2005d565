"""Session: a project with its plan and its keys, ready to run; what every door opens."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path

from veil.errors import KeyringError
from veil.jobs.audit_events import key_act, outcome_told, run_on_record
from veil.jobs.local_run import Progress, run
from veil.jobs.release.assemble import MANIFEST, REPORT, Outcome
from veil.jobs.release.publish import Opening
from veil.keys import Keyring, Keys, Vault, passphrase
from veil.parts import part
from veil.policy.compile import compile_plan
from veil.policy.operators import promised
from veil.policy.parse import YamlDocument
from veil.policy.plan import Plan, every_rule
from veil.policy.project import KeyringSection, Project, private_folder, read_project
from veil.policy.rules import Apply, Scan, Treatment
from veil.stores import Inputs, check_target, open_target


@dataclasses.dataclass(frozen=True)
class Session:
    """A compiled project.

    Takes:   `project`: the project file as it was read; `document`: its lines, for messages; `folder`: the folder to
             which paths in the project are relative; `plan`: what a run will do
    Shape:   `folder` is where the project's paths begin; `plan` is what will be done.
    """

    project: Project
    document: YamlDocument
    folder: Path
    plan: Plan

    @cached_property
    def inputs(self) -> Inputs:
        return Inputs(self.folder, self.project.in_)

    @property
    def out(self) -> Path:
        return self.folder / self.project.out

    def keys(self, ask: Callable[[], str] | None = None, passphrase_file: Path | None = None) -> Keys:
        """The keys that the plan needs, the vault open where it mints or reads codes; none where none are needed.

        Takes:   `ask`: called for the passphrase if neither `VEIL_PASSPHRASE` nor a file gives it; `passphrase_file`:
                 a file with the passphrase
        Errors:  KeyringError `keys-missing` where the plan derives and no keyring is named.
        """
        derived, coded = needs(self.plan)
        if self.project.keyring is None:
            if derived or coded:
                what = "random codes in a vault" if coded else "derived values"
                raise KeyringError(
                    "keys-missing",
                    f"the plan needs {what}, but the project has no keyring",
                    where=self.document.file,
                    hint="run `veil keys new FILE`, then set `keyring: FILE`",
                )
            return Keys.none()
        keys = project_keys(self.project, self.folder, ask, passphrase_file)
        if coded or self.project.vault:
            return keys.with_vault(self._vault(keys))
        return keys

    def _target(self) -> Opening | None:
        """What opens the database that gets the tables of the release as well."""
        address = self.project.publish
        if address is not None:
            check_target(address, self.folder)
        return None if address is None else partial(open_target, address, self.folder)

    def _vault(self, keys: Keys) -> Vault:
        """The vault of codes; that it is made, where there is none, is an act on the keyring."""
        path, keyring = vault_path(self.project, self.folder), keyring_path(self.project, self.folder)
        if path.exists() or keyring is None:
            return Vault.open(path, keys)
        return key_act(keyring, "vault made", lambda: Vault.open(path, keys), lambda _: keys)

    def run(self, keys: Keys, *, workers: int = 1, progress: Progress | None = None) -> Outcome:
        """The release; what is quarantined, and the exit code, are in the outcome.

        Takes:   `keys`: from `keys()`; `workers`: number of processes; `progress`: called with a step, how much is done and
                 how much there is
        """
        plan, target = dataclasses.replace(self.plan, key_id=keys.id), self._target()
        private = private_folder(self.project, self.folder)
        with run_on_record(private, plan, keys, keyring_path(self.project, self.folder)) as act:
            outcome = run(
                plan,
                self.inputs,
                self.out,
                keys,
                workers=workers,
                progress=progress,
                private=private,
                anchor=act.anchor,
                target=target,
            )
            files = {"manifest": outcome.out / MANIFEST, "report": outcome.out / REPORT}
            act.ended = outcome_told(outcome.manifest, files, outcome.exit_code)
        return outcome


def project_keys(
    project: Project, folder: Path, ask: Callable[[], str] | None = None, passphrase_file: Path | None = None
) -> Keys:
    """The keys of the keyring that a project names, of the version that it names."""
    setting = project.keyring
    version = setting.version if isinstance(setting, KeyringSection) else None
    return Keyring.open(folder / _keyring_file(project), passphrase(ask, passphrase_file)).keys(version)


def keyring_path(project: Project, folder: Path) -> Path | None:
    """Where a project's keyring is to be; None where it names none."""
    return None if project.keyring is None else folder / _keyring_file(project)


def vault_path(project: Project, folder: Path) -> Path:
    """Where a project's random codes are."""
    return folder / (project.vault or f"{_keyring_file(project)}.vault")


def _keyring_file(project: Project) -> str:
    setting = project.keyring
    if setting is None:
        raise KeyringError("keyring-unnamed", "the project has no keyring", hint="set `keyring: FILE`")
    return setting.file if isinstance(setting, KeyringSection) else setting


def open_session(path: Path, overrides: list[str] | None = None) -> Session:
    """Read and compile a project; nothing is written and no key is asked for.

    Takes:   `path`: the project file; `overrides`: keys to set instead of what the file says, each `key=value`
    """
    project, document = read_project(path, overrides)
    return session_of(project, document, path.parent)


def session_of(project: Project, document: YamlDocument, folder: Path) -> Session:
    return Session(project, document, folder, compile_plan(project, document, folder))


def needs(plan: Plan) -> tuple[bool, bool]:
    """Whether a plan derives anything with a key, and whether it uses random codes."""
    treatments: list[Treatment] = list(plan.labels.values()) if _scans(plan) else []
    treatments += [case.treatment for source in plan.sources for _, rule in every_rule(source) for case in rule.cases]
    used = [treatment for treatment in treatments if isinstance(treatment, Apply)]
    derived = any(part("operators", apply.operator).derives for apply in used)
    return derived, any(promised(apply, plan).minted for apply in used)


def _scans(plan: Plan) -> bool:
    return any(
        isinstance(case.treatment, Scan)
        for source in plan.sources
        for _, rule in every_rule(source)
        for case in rule.cases
    )

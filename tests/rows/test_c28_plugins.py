"""C28: an operator of another package is registered once, and named in a project like any of ours."""

from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from veil.errors import PartError
from veil.operators.base import Outcome

PROJECT = "profile: redact\ntables: {t: {columns: {word: {shout: {mark: '?'}}}}}\n"


@dataclass(frozen=True, slots=True)
class Shout:
    """Large letters and a mark."""

    mark: str = "!"
    name: ClassVar[str] = "shout"
    derives: ClassVar[bool] = False
    reversible: ClassVar[bool] = False

    def replace(self, values, about, keys):
        word = pa.large_string()
        return Outcome(
            pc.binary_join_element_wise(pc.utf8_upper(values), pa.scalar(self.mark, word), pa.scalar("", word))
        )


@pytest.fixture
def shout(monkeypatch):
    point = EntryPoint("shout", f"{__name__}:Shout", "veil.operators")
    monkeypatch.setattr(EntryPoint, "load", lambda _: Shout)
    monkeypatch.setattr("veil.parts.entry_points", lambda group: [point] if group == "veil.operators" else [])


def test_an_operator_of_another_package_runs_by_its_name_and_options(project, shout):
    made = project(PROJECT, {"t.csv": "word\nhello\n"})
    assert made.run().exit_code == 0
    assert made.bytes_out()["t.csv"] == b"word\nHELLO?\n"


def test_an_operator_that_nobody_registered_stops_before_anything_is_written(project):
    made = project(PROJECT, {"t.csv": "word\nhello\n"})
    with pytest.raises(PartError, match="part-unknown"):
        made.run()
    assert not made.out.exists()

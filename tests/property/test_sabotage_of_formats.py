"""Law 10 for formats of packages: `check_plugin` holds what a format declares against what it does."""

import sys

import pytest

from veil.parts import endings
from veil.testing import check_plugin

SOUND = '''
from dataclasses import replace

from veil.formats.tabular import Csv
from veil.formats.base import Inspection
from veil.formats.tabular import CsvWriter
from veil.model import Batch, Edits, Field


class Psv(Csv):
    """A table as text whose cells are told apart by vertical bars."""

    name = "psv"
    traits = replace(Csv.traits, endings=(".psv",))
    usual_delimiter = "|"
'''
FILES = {
    "t.psv": "id|name|word\n1|Orla Quennell|kept, as it is\n2|Maeve Lindqvist|\n3|Aoife|x\n",
    "quoted.psv": 'id|name\n1|"a|b"\n2|c\n',
    "one.psv": "id\n7\n",
}
LIES = {
    "reads one row less": """
    def read(self, path, part, settings):
        for batch in super().read(path, part, settings):
            yield Batch(tuple(Field(f.address, f.values.slice(0, len(f) - 1)) for f in batch.fields), batch.height - 1, batch.first, places=batch.places)
""",
    "moves the rows of one column": """
    def read(self, path, part, settings):
        import pyarrow as pa
        for batch in super().read(path, part, settings):
            last = batch.fields[-1]
            moved = pa.concat_arrays([last.values.slice(len(last) - 1), last.values.slice(0, len(last) - 1)])
            yield Batch((*batch.fields[:-1], Field(last.address, moved)), batch.height, batch.first, places=batch.places)
""",
    "rereads one row less": """
    def reread(self, path, part, settings, *, careful=False):
        for batch in super().reread(path, part, settings, careful=careful):
            yield Batch(tuple(Field(f.address, f.values.slice(0, len(f) - 1)) for f in batch.fields), batch.height - 1, batch.first)
""",
    "rereads nothing of outputs": """
    def reread(self, path, part, settings, *, careful=False):
        if not settings.get("output"):
            yield from super().reread(path, part, settings, careful=careful)
""",
    "writes no edit": """
    def writer(self, side, part, settings):
        made = super().writer(side, part, settings)
        true = made.write
        class Writer:
            finish = made.finish
            def write(self, batch, edits):
                true(batch, Edits(removed=edits.removed))
        return Writer()
""",
    "keeps what is removed": """
    def writer(self, side, part, settings):
        made = super().writer(side, part, settings)
        true = made.write
        class Writer:
            finish = made.finish
            def write(self, batch, edits):
                true(batch, Edits(columns=edits.columns))
        return Writer()
""",
    "writes edits into every column": """
    def writer(self, side, part, settings):
        made = super().writer(side, part, settings)
        true = made.write
        class Writer:
            finish = made.finish
            def write(self, batch, edits):
                new = next(iter(edits.columns.values()), None)
                true(batch, Edits({f.address: new for f in batch.fields} if new is not None else {}, removed=edits.removed))
        return Writer()
""",
    "adds a line at the end": """
    def writer(self, side, part, settings):
        made = super().writer(side, part, settings)
        class Writer:
            write = made.write
            def finish(self):
                made.finish()
                with (side / part.files[0]).open("ab") as file:
                    file.write(b"\\n")
        return Writer()
""",
    "names a column that it does not read": """
    def inspect(self, path, given):
        seen = super().inspect(path, given)
        return Inspection((*seen.addresses, "more"), seen.settings)
""",
    "names no column that it reads": """
    def inspect(self, path, given):
        seen = super().inspect(path, given)
        return Inspection(seen.addresses[:-1], seen.settings)
""",
    "says that it is typed": '    traits = replace(Csv.traits, endings=(".psv",), typed=True)\n',
    "says that it cannot be reversed": '    traits = replace(Csv.traits, endings=(".psv",), reversible=False)\n',
    "takes the ending of another": '    traits = replace(Csv.traits, endings=(".csv",))\n',
    "has no ending": "    traits = replace(Csv.traits, endings=())\n",
    "has an ending without its dot": '    traits = replace(Csv.traits, endings=("psv",))\n',
    "has another name": '    name = "bars"\n',
    "declares no traits": "    traits = None\n",
    "writes a format that there is not": '    writes = "pdf"\n',
}


@pytest.fixture
def written(tmp_path, monkeypatch):
    """An installed package with a format, and files of it."""
    site = tmp_path / "site"
    info = site / "veil_psv-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: veil-psv\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[veil.formats]\npsv = veil_psv:Psv\n")
    monkeypatch.syspath_prepend(site)
    files = []
    for name, text in FILES.items():
        files.append(tmp_path / name)
        files[-1].write_text(text)

    def write(lie=""):
        (site / "veil_psv.py").write_text(SOUND + lie)
        return {"psv": files}

    yield write
    sys.modules.pop("veil_psv", None)
    endings.cache_clear()


def test_a_sound_format_of_a_package_is_let_through(written):
    assert check_plugin("veil-psv", files=written()) == {}


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_format_of_a_package_is_caught(written, lie):
    with pytest.raises(AssertionError) as told:
        check_plugin("veil-psv", files=written(LIES[lie]))
    assert str(told.value).split(":")[0] in (
        "law 1",
        "law 2",
        "law 3",
        "law 6",
        "law 8",
        "traits",
    ) or "a format" in str(told.value)


@pytest.mark.parametrize("files", [{}, {"psv": []}, {"other": None}])
def test_a_format_without_a_file_to_be_tried_on_is_refused(written, files):
    made = written()
    with pytest.raises(AssertionError, match="no file to be tried on"):
        check_plugin("veil-psv", files={name: made["psv"] if given is None else given for name, given in files.items()})

"""X12: where values stand, what they are called, whose rows are, and that everything else stays."""

import pyarrow as pa
import pytest

from veil.errors import FormatError
from veil.formats.base import Part
from veil.formats.x12.address import X12, steps_of
from veil.formats.x12.files import X12File, interchange_spans, open_interchanges
from veil.formats.x12.rows import rows_of
from veil.formats.x12.segments import read_segments
from veil.formats.x12.standard import composites, elements
from veil.formats.x12.values import read_interchanges
from veil.model import SUBJECT, Edits, span_table, spliced
from veil.testing import check_format

WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)


def isa(mark="*", component=":", repetition="^", end="~", number="000000905"):
    cells = ["00", "", "00", "", "ZZ", "SENDER", "ZZ", "RECEIVER", "260203", "1253", repetition, "00501", number, "0"]
    cells += ["P", component]
    return mark.join(["ISA", *(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True))]) + end


def interchange(kind, *segments, mark="*", component=":", repetition="^", end="~", line="", counts=True):
    """An interchange of one transaction; segments are written with `*` and `:`."""
    body = [f"ST*{kind}*0001", *segments]
    count = len(body) + 1 if counts else 99
    every = ["GS*HC*A*B*20260203*0802*1*X*005010", *body, f"SE*{count}*0001", "GE*1*1", "IEA*1*000000905"]
    written = [text.replace("*", mark).replace(":", component) for text in every]
    return isa(mark, component, repetition, end) + line + "".join(text + end + line for text in written)


def values(kind, *segments):
    batch = open_interchanges([interchange(kind, *segments)], "file", by_patient=True)
    return {field.address: field.values.to_pylist() for field in batch.fields}


def written(text, edits):
    batch = open_interchanges([text], "file", by_patient=True)
    return spliced(pa.array([text], pa.large_string()), interchange_spans(batch, edits(batch)))[0].as_py()


CLAIM = (
    "HL*1**20*1",
    "NM1*85*2*NORTH CLINIC*****XX*9876543210",
    "REF*EI*587654321",
    "HL*2*1*22*0",
    "SBR*P*18*GROUP7",
    "NM1*IL*1*STONE*ADA*M***MI*JS77",
    "N3*12 ELM CT*APT 4",
    "N4*MIAMI*FL*33111",
    "DMG*D8*19430501*F",
    "REF*SY*512843391",
    "CLM*A7*100***11:B:1*Y",
    "REF*D9*C1",
    "HI*ABK:J45909*BF:V7389",
    "NM1*82*1*KILDARE*BEN****XX*1",
    "SV1*HC:99213:25*40*UN*1***1",
    "DTP*472*RD8*20260203-20260206",
    "DTP*096*TM*0815",
)


DEPENDENTS = [
    "HL*1**22*1",
    "NM1*IL*1*A*B****MI*7",
    "HL*2*1*23*0",
    "NM1*QC*1*A*TED",
    "DMG*D8*20200101*M",
    "CLM*1*2",
    "HL*3*1*23*0",
    "NM1*QC*1*A*UNA",
    "DMG*D8*20210101*F",
    "CLM*2*2",
]


def test_values_have_the_addresses_that_people_write():
    found = values("837", *CLAIM)
    assert (found["NM1(patient)-3"], found["NM1(patient)-9(MI)"]) == (["STONE"], ["JS77"])
    assert (found["patient/N3-2"], found["patient/N4-3"]) == (["APT 4"], ["33111"])
    assert (found["patient/DMG-2"], found["patient/REF(SY)-2"]) == (["19430501"], ["512843391"])
    assert (found["NM1(85)-3(2)"], found["85/REF(EI)-2"]) == (["NORTH CLINIC"], ["587654321"])
    assert (found["NM1(82)-3"], found["CLM-1"], found["REF(D9)-2"]) == (["KILDARE"], ["A7"], ["C1"])
    assert (found["HI-1.2"], found["HI-2.2"], found["SV1-1.3"]) == (["J45909"], ["V7389"], ["25"])
    assert (found["DTP(472)-3(RD8)"], found["DTP(096)-3(TM)"]) == (["20260203", "20260206"], ["0815"])
    assert found["ISA-6"] == ["SENDER"]
    assert found["ISA-9"] == ["20260203"]


def test_what_says_how_a_segment_is_to_be_read_is_no_value():
    found = values("837", *CLAIM, "PER*IC*ADA*TE*5550100*EM*a@example.org")
    assert not {"NM1(patient)-1", "REF(SY)-1", "DTP(472)-1", "DTP(472)-2", "PER-3", "HI-1.1", "ISA-16"} & set(found)
    assert {"PER-4(TE)", "PER-6(EM)"} <= set(found)


@pytest.mark.parametrize("code", ["STONE ADA", "stone", "Q9Q9", "77-1"])
def test_a_code_that_the_standard_does_not_have_is_a_value_and_no_part_of_an_address(code):
    found = values("837", f"REF*{code}*7")
    assert (found["REF-1"], found["REF-2"]) == ([code], ["7"])


@pytest.mark.parametrize(
    ("segment", "address", "value"),
    [
        ("NM1*IL*1*STONE:ADA", "NM1(patient)-3", "STONE:ADA"),
        ("NTE*ADD*at 10:30 ^ seen", "NTE-2", "at 10:30 ^ seen"),
        ("DMG*D8*19700101*F**R:1:E2", "patient/DMG-5.3", "E2"),
        ("EB*1**30^35*GP", "EB-3", "35"),
        ("MSG*text", "MSG-1", "text"),
        ("ZZZ*a:b*c", "ZZZ-1", "a:b"),
        ("CLM*A7*1***11:B:1", "CLM-5.1", "11"),
    ],
)
def test_only_composite_elements_have_components(segment, address, value):
    head = "NM1*IL*1*A" if address.startswith("patient") else ""
    assert values("271", *filter(None, (head, segment)))[address][-1] == value


@pytest.mark.parametrize(
    ("kind", "segments", "subjects"),
    [
        (
            "837",
            ["HL*1**22*0", "NM1*IL*1*A*B****MI*7", "CLM*1*2", "HL*2**22*0", "NM1*IL*1*C*D****MI*8", "CLM*2*2"],
            ["7", "8"],
        ),
        (
            "837",
            DEPENDENTS,
            ['["7", "TED", "20200101"]', '["7", "UNA", "20210101"]'],
        ),
        ("837", ["HL*1**22*0", "NM1*IL*1*A*B****MI*7", "NM1*QC*1*C*D****MI*9", "CLM*1*2"], ["9"]),
        (
            "837",
            ["HL*1**22*0", "NM1*IL*1*A*B****MI*7", "CLM*1*2", "SBR*S", "NM1*IL*1*OTHER*X****MI*5", "CLM*2*3"],
            ["7"],
        ),
        ("835", ["BPR*I*1", "CLP*1*1", "NM1*QC*1*A*B****MI*7", "CLP*2*1", "NM1*QC*1*C*D****MI*8", "PLB*1"], ["7", "8"]),
        ("835", ["CLP*A7*1", "NM1*QC*1*A*B"], ['["claim", "A7"]']),
        (
            "834",
            [
                "BGN*00*1",
                "INS*Y*18",
                "REF*0F*77",
                "NM1*IL*1*A*B****34*1",
                "INS*N*19",
                "REF*0F*77",
                "NM1*IL*1*A*C****34*2",
            ],
            ["77", '["77", "C", ""]'],
        ),
        (
            "270",
            ["HL*1**22*1", "NM1*IL*1*A*B****MI*7", "EQ*30", "HL*2*1*23*0", "NM1*03*1*A*C", "EQ*30"],
            ["7", '["7", "C", ""]'],
        ),
        ("277", ["HL*1**PT", "NM1*QC*1*A*B****MI*7", "STC*A1", "HL*2**PT", "NM1*QC*1*C*D****MI*8"], ["7", "8"]),
        ("278", ["HL*1**22*0", "NM1*IL*1*A*B****MI*7", "HL*2*1*EV*1", "UM*HS*I*3", "HL*3*1*SS*0", "SV1*HC:1"], ["7"]),
        ("999", ["AK1*HC*1*005010", "AK2*837*1", "IK5*A"], ['["interchange", "SENDER         000000905"]']),
    ],
)
def test_a_row_is_a_patient_and_says_who(kind, segments, subjects):
    batch = open_interchanges([interchange(kind, *segments)], "file", by_patient=True)
    assert batch.owners[SUBJECT].to_pylist() == subjects


def test_the_patient_of_a_row_is_the_one_who_is_treated():
    found = values(
        "837", "HL*1**22*0", "NM1*IL*1*A*B****MI*7", "DMG*D8*19700101*F", "NM1*QC*1*C*D", "DMG*D8*20000101*M"
    )
    assert (found["NM1(patient)-3"], found["NM1(IL)-3"]) == (["C"], ["A"])
    assert (found["patient/DMG-2"], found["IL/DMG-2"]) == (["20000101"], ["19700101"])


def test_the_names_of_a_payment_own_nothing_behind_them():
    assert "REF(F8)-2" in values("835", "CLP*1*1", "NM1*82*1*A*B", "REF*F8*1")


@pytest.mark.parametrize(
    "marks", [("*", ":", "^", "~"), ("|", ">", "^", "!"), ("~", "^", "U", "_"), ("\x1d", "\x1f", "\x1c", "\x1e")]
)
@pytest.mark.parametrize("line", ["", "\n", "\r\n"])
def test_files_come_back_byte_for_byte(tmp_path, marks, line):
    mark, component, repetition, end = marks
    text = interchange(
        "837", *CLAIM, "ZZZ*x", mark=mark, component=component, repetition=repetition, end=end, line=line
    )
    path = tmp_path / "c.x12"
    path.write_bytes((text + text + "\r\n").encode("latin-1"))
    check_format(X12File(), path, given={"encoding": "latin-1"})
    assert values("837", *CLAIM)["CLM-1"] == ["A7"]


def test_both_readings_find_the_same(tmp_path):
    text = interchange(
        "271",
        *CLAIM,
        "EB*1**30^35^*GP",
        "DMG*D8*1*F**:1:^2:3",
        "DTP*472*RD8*-20260101",
        "DTM*232**x*",
        "PER*IC**TE*",
        "ZZZ",
    )
    (tmp_path / "c.edi").write_text(
        text + interchange("835", "CLP*1*2", "NM1*QC*1*A", mark="|", component=">", end="\n"), newline=""
    )
    reader = X12File()
    seen = reader.inspect(tmp_path / "c.edi", {})
    one, two = (
        {field.address: (field.values.to_pylist(), field.rows.to_pylist()) for field in batch.fields}
        for read in (reader.read, reader.reread)
        for batch in read(tmp_path, Part(("c.edi",)), seen.settings)
    )
    assert one == two


def test_a_header_keeps_its_width_and_a_new_value_never_has_a_separator():
    text = interchange("837", "NM1*IL*1*STONE*ADA", "NTE*ADD*seen by Ada Stone")

    def edits(_batch):
        columns = {"ISA-6": ["A very long name of a sender"], "ISA-9": ["20250110"], "NM1(patient)-3": ["St*ne~:"]}
        spans = {"NTE-2": span_table([0], [8], [17], ["Eva ~ Hall"], ["NAME"])}
        return Edits(columns={name: pa.array(new, pa.large_string()) for name, new in columns.items()}, spans=spans)

    new = written(text, edits)
    assert new.index("GS*") == 106
    assert "*ZZ*A very long nam*ZZ*" in new
    assert "*250110*" in new
    assert "NM1*IL*1*St ne  *ADA~NTE*ADD*seen by Eva   Hall~" in new


def test_a_removed_field_leaves_its_separators():
    text = interchange("837", "ZZZ*STONE*b", "REF*SY*5")
    new = written(text, lambda batch: Edits(removed={"ZZZ-1", "ISA-6", "REF(SY)-2"}))
    assert "~ZZZ**b~REF*SY*~" in new
    assert new[:106].count("*") == 16
    assert new.index("GS*") == 106


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("hello", "x12-isa", "segment 1"),
        (isa()[:80], "x12-isa", "segment 1"),
        (isa().replace("SENDER", "SEN*ER"), "x12-isa", "segment 1"),
        (isa(component="*"), "x12-isa", "segment 1"),
        (isa(component="A"), "x12-separators", "segment 1"),
        (isa(), "x12-truncated", "segment 1"),
        (interchange("837", *CLAIM)[:-40], "x12-truncated", "segment"),
        (interchange("837", *CLAIM).replace("SE*", "NTE*SE*"), "x12-envelope", "segment 22"),
        (interchange("837", "GE*1*1"), "x12-envelope", "segment 4"),
        (interchange("837", "Stone, Ada"), "x12-segment", "segment 4"),
        (interchange("837") + "STONE", "x12-isa", "segment 7"),
    ],
)
def test_what_is_no_interchange_is_refused_by_its_segment_and_no_value(tmp_path, text, code, where):
    (tmp_path / "c.edi").write_text(text, newline="")
    with pytest.raises(FormatError, match=code) as error:
        X12File().inspect(tmp_path / "c.edi", {})
    assert where in str(error.value)
    assert "Stone" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (interchange("837", "NTE*ADD*x"), []),
        (interchange("837", "NTE*ADD*x", counts=False), [5]),
        (interchange("837", "NTE*ADD*x").replace("SE*3*0001", "SE*3*0002"), [5]),
        (interchange("837", "NTE*ADD*x").replace("GE*1*1", "GE*2*1"), [6]),
        (interchange("837", "NTE*ADD*x").replace("IEA*1*000000905", "IEA*1*000000906"), [7]),
    ],
)
def test_wrong_counts_stay_and_are_said_or_the_file_is_refused(tmp_path, text, wrong):
    path = tmp_path / "c.edi"
    path.write_text(text, newline="")
    assert read_interchanges(text, "file").wrong == wrong
    assert ("remark" in X12File().inspect(path, {}).settings) == bool(wrong)
    if wrong:
        with pytest.raises(FormatError, match=f"x12-count.*segment {wrong[0]}"):
            X12File().inspect(path, {"envelopes": "strict"})
    else:
        assert X12File().inspect(path, {"envelopes": "strict"}).addresses


def test_interchanges_in_values_are_opened_and_what_is_none_is_named():
    batch, broken = X12File().open_values(pa.array([interchange("837", *CLAIM), "no interchange", None]), "cell")
    assert broken.to_pylist() == [False, True, False]
    assert (batch.height, batch.field("CLM-1").rows.to_pylist()) == (3, [0])


@pytest.mark.parametrize(
    ("pattern", "address", "fits"),
    [
        ("REF-2", "patient/REF(SY)-2", True),
        ("REF(SY)-2", "patient/REF(SY)-2", True),
        ("IL/REF(SY)-2", "patient/REF(SY)-2", True),
        ("85/REF(SY)-2", "patient/REF(SY)-2", False),
        ("NM1(IL)-3", "NM1(patient)-3", True),
        ("NM1(QC)-3", "NM1(patient)-3", True),
        ("NM1(85)-3", "NM1(patient)-3", False),
        ("NM1(85)-3", "NM1(85)-3(2)", True),
        ("NM1(85)-3(2)", "NM1(85)-3", False),
        ("DTP(472)-3", "DTP(472)-3(RD8)", True),
        ("PER-4", "41/PER-4(TE)", True),
        ("HI-1", "HI-1.2", True),
        ("HI-1.2", "HI-1.3", False),
        ("HI-1", "HI-11.2", False),
    ],
)
def test_a_rule_is_for_all_that_it_does_not_tell_apart(pattern, address, fits):
    assert X12.match(pattern, address) is fits
    assert X12.join(X12.parse(address)) == address


def test_conditions_read_the_same_segment():
    assert X12.is_one_to_one("NM1(85)-3", "NM1(85)-2")
    assert not X12.is_one_to_one("NM1(85)-3", "NM1(82)-2")
    assert not X12.is_one_to_one("EB-1", "EB-3")


def test_the_tables_of_the_standard_are_whole():
    assert len(elements()) > 1_000
    assert {"HI-1", "SV1-1", "CLM-5"} <= composites()
    assert all(steps_of(name) is not None for name in elements())
    assert elements()["NM1-3"].number == "1035"


def test_rows_need_cells_alone():
    segments, _ = read_segments(interchange("837", *CLAIM), "file")
    assert set(rows_of(segments).owners) == {"", "85", "82", "patient"}

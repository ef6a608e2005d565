"""HL7 v2: where values stand, what they are called, and that everything else stays."""

import pyarrow as pa
import pytest

from veil.errors import FormatError
from veil.formats.base import Part
from veil.formats.hl7.address import HL7
from veil.formats.hl7.escapes import Delimiters, decoded, encoded
from veil.formats.hl7.files import Hl7, encoding_for, message_spans, open_messages
from veil.formats.hl7.standard import components, fields, is_composite, type_of
from veil.model import Edits, span_table, spliced
from veil.testing import check_format

MSH = "MSH|^~\\&|EHR|NORTH|LAB|SOUTH|20260302101112||ADT^A01|17|P|2.5.1\r"
USUAL = Delimiters("|", "^", "~", "\\", "&")


def values(*segments, head=MSH):
    batch = open_messages([head + "\r".join(segments)], "file", "utf-8", by_message=True)
    return {field.address: field.values.to_pylist() for field in batch.fields}


def written(text, edits):
    batch = open_messages([text], "file", "utf-8", by_message=True)
    return spliced(pa.array([text], pa.large_string()), message_spans(batch, edits(batch)))[0].as_py()


def test_values_have_the_addresses_that_people_write():
    found = values("PID|1||123^^^NORTH^MR~456^^^SSA^SS||Stone&van&Stone^Ada^M||19700102|F", "PV1||I|W1^12^3")
    assert found["PID-3.1"] == ["123", "456"]
    assert (found["PID-5.1.1"], found["PID-5.1.2"], found["PID-5.2"]) == (["Stone"], ["van"], ["Ada"])
    assert (found["PID-7"], found["PID-8"], found["PV1-3.2"]) == (["19700102"], ["F"], ["12"])
    assert (found["MSH-4.1"], found["MSH-7"], found["MSH-9.2"]) == (["NORTH"], ["20260302101112"], ["A01"])
    assert "MSH-1" not in found
    assert "MSH-2" not in found


def test_a_code_with_components_is_read_as_a_coded_element():
    assert values("PID|1||7||A^B|||F^female^HL70001")["PID-8.2"] == ["female"]


@pytest.mark.parametrize(
    ("kind", "raw", "address", "value"),
    [
        ("NM", "13.4", "OBX-5(NM)", "13.4"),
        ("XPN", "Stone^Ada", "OBX-5(XPN).1", "Stone"),
        ("CX", "77^^^N", "OBX-5(CX).1", "77"),
        ("CE", "A^Text^L", "OBX-5(CE).2", "Text"),
        ("TX", "one ^ two & three", "OBX-5(TX)", "one ^ two & three"),
        ("", "no type", "OBX-5(ST)", "no type"),
        ("DT", "20260301", "OBX-5(DT)", "20260301"),
        ("SN", ">^100", "OBX-5(SN).2", "100"),
    ],
)
def test_an_observation_is_named_by_the_type_that_it_states(kind, raw, address, value):
    assert values(f"OBX|1|{kind}|x^y||{raw}|u")[address] == [value]


def test_consecutive_lines_of_one_report_are_one_text():
    found = values("OBX|1|TX|r^x||seen by Ada", "OBX|2|TX|r^x||Stone~today", "OBX|3|NM|q^x||7", "OBX|4|TX|q^x||other")
    assert found["OBX-5(TX)"] == ["seen by Ada\nStone\ntoday", "other"]
    assert values("NTE|1||a", "NTE|2||b", "PV1||I", "NTE|1||c")["NTE-3"] == ["a\nb", "c"]


def test_a_name_over_two_lines_is_replaced_in_both():
    text = MSH + "NTE|1||seen by Ada\rNTE|2||Stone today"

    def edits(batch):
        assert batch.field("NTE-3").values.to_pylist() == ["seen by Ada\nStone today"]
        return Edits(spans={"NTE-3": span_table([0], [8], [17], ["Eva | Hall"], ["NAME"])})

    assert written(text, edits) == MSH + "NTE|1||seen by Eva \\F\\ Hall\rNTE|2|| today"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("a\\T\\b", "a&b"),
        ("a\\F\\\\S\\\\R\\\\E\\", "a|^~\\"),
        ("\\X416461\\", "Ada"),
        ("\\H\\bold\\N\\", "bold"),
        ("one\\.br\\two\\.sp+2\\x", "one\ntwo\nx"),
        ("C:\\temp\\x", "C:\\temp\\x"),
        ("5\\", "5\\"),
        ("\\XC3A9\\", "é"),
        ("\\XE9\\", "é"),
    ],
)
def test_escapes_are_undone_and_what_is_none_is_text(raw, value):
    found, runs = decoded(raw, 10, 0, USUAL, "utf-8")
    assert found == value
    plain = [run for run in runs if run.length == run.end - run.start]
    assert all(raw[run.start - 10 : run.end - 10] == value[run.at : run.at + run.length] for run in plain)
    assert sum(run.length for run in runs) == len(value)


def test_a_new_text_is_escaped_and_reads_back():
    text = "a|b^c~d\\e&f\ng"
    assert decoded(encoded(text, USUAL), 0, 0, USUAL, "utf-8")[0] == text


def test_other_delimiters_are_those_of_the_message():
    text = "MSH#*%!@#A#B#C#D#20260302##ADT*A01#9#P#2.4\rPID###86*****MR##Sand@van*Heather"
    batch = open_messages([text], "file", "utf-8", by_message=True)
    found = {field.address: field.values.to_pylist() for field in batch.fields}
    assert (found["PID-3.1"], found["PID-5.1.1"], found["PID-5.2"]) == (["86"], ["Sand"], ["Heather"])


def test_a_row_is_a_message_and_each_further_patient_in_it():
    two = MSH + "PID|1||1||A\rOBX|1|ST|x||one\rPID|2||2||B\rOBX|1|ST|x||two\r" + MSH + "PID|1||3||C"
    batch = open_messages([two], "file", "utf-8", by_message=True)
    assert batch.height == 3
    assert batch.field("PID-3.1").rows.to_pylist() == [0, 1, 2]
    assert batch.field("OBX-5(ST)").rows.to_pylist() == [0, 1]
    assert open_messages([two, None, MSH], "cell", "utf-8", by_message=False).height == 3


def test_the_head_of_a_batch_belongs_to_its_first_message_and_its_end_to_the_last():
    text = "FHS|^~\\&|A\rBHS|^~\\&|A\r" + MSH + "PID|1||1\r" + MSH + "PID|1||2\rBTS|2|x\rFTS|1|y"
    batch = open_messages([text], "file", "utf-8", by_message=True)
    assert batch.height == 2
    assert (batch.field("FHS-3.1").rows.to_pylist(), batch.field("FTS-2").rows.to_pylist()) == ([0], [1])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"hello", "hl7-segment"),
        (b"PID|1||7", "hl7-segment"),
        (MSH.encode() + b"pid|1", "hl7-segment"),
        (b"\r\n", "hl7-shape"),
    ],
)
def test_what_is_no_message_is_refused_by_its_line_and_no_value(tmp_path, data, code):
    (tmp_path / "m.hl7").write_bytes(data)
    with pytest.raises(FormatError, match=code) as error:
        Hl7().inspect(tmp_path / "m.hl7", {})
    assert "hello" not in str(error.value)


@pytest.mark.parametrize("stated", ["^~\\&Ada Stone", "Ada", "^~\\&#x"])
def test_delimiters_that_are_text_are_refused_without_a_value(stated):
    with pytest.raises(FormatError, match="hl7-delimiters") as error:
        open_messages([f"MSH|{stated}|EHR\rPID|1||7"], "file", "utf-8", by_message=True)
    assert "Ada" not in str(error.value)


def test_a_mark_of_truncation_is_read_over():
    text = "MSH|^~\\&#|EHR|N|L|S|20260302||ADT^A01|1|P|2.7\rPID|1||7^^^N"
    batch = open_messages([text], "file", "utf-8", by_message=True)
    assert batch.field("PID-3.1").values.to_pylist() == ["7"]


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ("8859/1", "latin-1"),
        ("UNICODE UTF-8", "utf-8"),
        ("8859/15", "iso8859-15"),
        ("", "utf-8"),
        ("NOT KNOWN", "utf-8"),
    ],
)
def test_the_character_set_is_the_one_that_msh_18_states(stated, name):
    head = MSH.rstrip("\r") + "||||||" + stated
    assert encoding_for(head.encode(), None).name == name


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("frame", [("", ""), ("\x0b", "\x1c\r")])
def test_files_come_back_byte_for_byte(tmp_path, end, frame):
    text = MSH + "PID|1||123^^^N^MR||Stöne^Ada\rOBX|1|TX|r||a\\.br\\b\rOBX|2|TX|r||c\rZZZ|x"
    path = tmp_path / "m.hl7"
    path.write_bytes((frame[0] + text.replace("\r", end) + end + frame[1]).encode("latin-1"))
    check_format(Hl7(), path, given={"encoding": "latin-1"})


def test_both_readings_find_the_same(tmp_path):
    text = MSH + "PID|1||1^^^A&1.2&ISO||S&v^A^^^^^^^20200101&M||2001^Y|\rOBX|1||x||~a~~b~\rOBX|2||x||\rOBX|3||x||c|||"
    (tmp_path / "m.hl7").write_text(text, newline="")
    reader = Hl7()
    seen = reader.inspect(tmp_path / "m.hl7", {})
    one, two = (
        {field.address: (field.values.to_pylist(), field.rows.to_pylist()) for field in batch.fields}
        for read in (reader.read, reader.reread)
        for batch in read(tmp_path, Part(("m.hl7",)), seen.settings)
    )
    assert one == two


def test_messages_in_values_are_opened_and_what_is_none_is_named():
    batch, broken = Hl7().open_values(pa.array([MSH + "PID|1||7", "no message", None]), "cell")
    assert broken.to_pylist() == [False, True, False]
    assert (batch.height, batch.field("PID-3.1").rows.to_pylist()) == (3, [0])


def test_a_rule_for_a_field_is_for_all_that_stands_in_it():
    assert HL7.match("PID-5", "PID-5.1.2")
    assert HL7.match("OBX-5", "OBX-5(TX)")
    assert HL7.match("OBX-5(CE)", "OBX-5(CE).2")
    assert not HL7.match("PID-3", "PID-30")
    assert not HL7.match("PID", "PID-3")
    assert HL7.parse("OBX-5(XPN).2.1") == ("OBX-5", "(XPN)", "2", "1")
    assert HL7.join(HL7.parse("OBX-5(XPN).2.1")) == "OBX-5(XPN).2.1"


def test_conditions_read_the_same_segment_and_the_same_repetition():
    assert HL7.is_one_to_one("OBX-5", "OBX-3.1")
    assert HL7.is_one_to_one("PID-3.1", "PID-3.5")
    assert not HL7.is_one_to_one("PID-5.1", "PID-3.1")
    assert not HL7.is_one_to_one("OBX-5", "PID-8")


def test_the_tables_of_the_standard_are_whole():
    assert len(fields()) > 2_700
    assert all(kind.type in components() or not is_composite(kind.type) for kind in fields().values())
    assert (type_of("PID-3", "2.1"), type_of("PID-3", "2.5.1"), type_of("PID-19", "2.8")) == ("CK", "CX", "ST")

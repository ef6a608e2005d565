"""Names in records: what a file calls its own elements may be a value, and stands in no report and in no output."""

import json

import pytest

from veil.jobs.session import open_session
from veil.keys import Keys

WORD = "Zyxquill"
SECRET = bytes(range(32))
ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260303*1011*^*00501*000000001*0*P*:~"
FILES = {
    "a.hl7": f"MSH|^~\\&|{WORD}|N|L|S|20260302101112||ADT^A01|{WORD}|P|2.5.1\rPID|1||77001^^^N^MR||{WORD}^Ada||19700102|F\r"
    f"OBX|1|{WORD}|718-7^x^LN||{WORD}||||||F\r",
    "b.x12": f"{ISA}GS*HC*A*B*20260303*1011*1*X*005010~ST*837*0001~NM1*{WORD}*1*A*B~REF*{WORD}*7~DTP*{WORD}*{WORD}*{WORD}~"
    "SE*5*0001~GE*1*1~IEA*1*000000001~",
    "c.fhir": json.dumps(
        {
            "resourceType": "Patient",
            "id": WORD,
            WORD: WORD,
            f"_{WORD}": {"id": WORD},
            "extension": [{"url": f"http://{WORD}.example/{WORD}", "valueString": WORD}],
            "name": [{"family": WORD, WORD: {"x": WORD}}],
            "gender": "female",
        }
    ),
    "d.fhir": f'<Patient xmlns="http://hl7.org/fhir" xmlns:{WORD}="urn:{WORD}"><id value="p1"/><{WORD}:{WORD} {WORD}="{WORD}">{WORD}</{WORD}:{WORD}>'
    f'<{WORD} value="x"/><name {WORD}="a"><family value="{WORD}"/></name><!-- {WORD} --><gender value="female"/></Patient>',
    "e.ccda": f'<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:{WORD}="urn:{WORD}" {WORD}:{WORD}="{WORD}">'
    f'<id root="1.2.3" extension="{WORD}"/><recordTarget><patientRole><id root="1.2" extension="{WORD}"/><patient><name><family>{WORD}</family></name>'
    f'<{WORD}>{WORD}</{WORD}><e:{WORD} xmlns:e="urn:{WORD}" {WORD}="{WORD}">{WORD}<e:{WORD}>{WORD}</e:{WORD}></e:{WORD}></patient></patientRole></recordTarget>'
    f"<component><structuredBody><component><section><title>Plan</title><text><{WORD}>{WORD}</{WORD}><paragraph ID='{WORD}' {WORD}='{WORD}'>"
    "came</paragraph></text></section></component></structuredBody></component></ClinicalDocument>",
}


@pytest.mark.parametrize("name", FILES)
def test_what_a_file_calls_its_own_elements_is_nowhere(tmp_path, name, capfd):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_text(FILES[name], newline="")
    (tmp_path / "project.yaml").write_text(
        f"profile: expert\nin: in\nout: out\nreference_date: 2026-06-01\ntrees:\n  records: {{files: ['*{name[1:]}']}}\n"
    )
    outcome = open_session(tmp_path / "project.yaml").run(Keys.from_secret(SECRET))
    assert outcome.quarantined == []
    written = [path for path in outcome.out.rglob("*") if path.is_file()]
    assert len(written) >= 2
    told = "".join(capfd.readouterr()) + "".join(path.read_text(errors="replace") + path.name for path in written)
    assert WORD.lower() not in told.lower()


@pytest.mark.parametrize("name", ["c.fhir", "d.fhir", "e.ccda"])
def test_the_refusal_of_elements_without_a_rule_does_not_name_them(tmp_path, name):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_text(FILES[name], newline="")
    (tmp_path / "project.yaml").write_text(
        "profile: expert\nin: in\nout: out\nreference_date: 2026-06-01\n"
        f"trees:\n  records: {{files: ['*{name[1:]}'], unlisted: stop}}\n"
    )
    with pytest.raises(Exception, match="column-unlisted") as error:
        _ = open_session(tmp_path / "project.yaml").plan
    assert WORD.lower() not in str(error.value).lower()

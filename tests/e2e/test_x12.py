"""X12 from end to end: one person in tables, HL7 and claims; every place of a battery of planted identities; real files."""

import json
import re
import unicodedata
from pathlib import Path

import pytest
from typer.testing import CliRunner

from veil.cli.app import app
from veil.jobs.dry_run import dry_run
from veil.jobs.session import open_session
from veil.keys import Keys

SECRET = bytes(range(32))
CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "files"
ISA = "ISA*00*          *00*          *ZZ*CLINIC         *ZZ*PAYER          *260303*1011*^*00501*000000001*0*P*:~"
PATIENTS = {
    "p1-771200": ("ADAEZE", "OKONKWO", "19660728", "20260301"),
    "p2-771201": ("BERTIL", "LINDQVIST", "19790111", "20260217"),
    "p3-771202": ("CHIARA", "MONTEFALCO", "19510930", "20260105"),
}


def transaction(kind, body):
    every = [f"ST*{kind}*0001", *body]
    return ISA + "".join(
        f"{s}~\n"
        for s in [
            "GS*HC*A*B*20260303*1011*1*X*005010",
            *every,
            f"SE*{len(every) + 1}*0001",
            "GE*1*1",
            "IEA*1*000000001",
        ]
    )


def claims():
    body = []
    for n, (who, (given, family, born, seen)) in enumerate(PATIENTS.items(), 1):
        body += [f"HL*{n}**22*0", "SBR*P*18", f"NM1*IL*1*{family}*{given}****MI*{who}", f"DMG*D8*{born}*F"]
        body += [f"CLM*C{n}*100***11:B:1", "HI*ABK:J45909", f"NTE*ADD*{given} {family} was seen", f"DTP*472*D8*{seen}"]
    return transaction("837", body)


def payment():
    body = ["BPR*I*300", "TRN*1*5550*1512345678"]
    for n, (who, (given, family, _, seen)) in enumerate(PATIENTS.items(), 1):
        body += [f"CLP*C{n}*1*100*80**12*PAYER{n}", f"NM1*QC*1*{family}*{given}****MI*{who}", f"DTM*232*{seen}"]
    return transaction("835", body)


def members():
    body = ["BGN*00*B1*20260303"]
    for who, (given, family, born, seen) in PATIENTS.items():
        body += [
            "INS*Y*18*030*XN*A",
            f"REF*0F*{who}",
            f"NM1*IL*1*{family}*{given}****ZZ*{who}",
            "PER*IP**TE*3055550144",
        ]
        body += ["N3*12 ELM CT", "N4*MIAMI*FL*33111", f"DMG*D8*{born}*F*M", "HD*030**HLT*GOLD", f"DTP*348*D8*{seen}"]
    return transaction("834", body)


def authorisation():
    body = ["BHT*0007*13*A55*20260303*1011"]
    for n, (who, (given, family, born, seen)) in enumerate(PATIENTS.items(), 1):
        body += [f"HL*{n}**22*1", f"NM1*IL*1*{family}*{given}****MI*{who}", f"DMG*D8*{born}*F", f"HL*9{n}*{n}*EV*0"]
        body += [
            f"TRN*1*T{n}*9012345678",
            "UM*HS*I*3",
            "HCR*A1*AUTH001",
            f"DTP*472*D8*{seen}",
            "HI*BF:J45909",
            "MSG*urgent",
        ]
    return transaction("278", body)


def feed():
    return "".join(
        f"MSH|^~\\&|A|B|C|D|{seen}||ADT^A01|{n}|P|2.5.1\rPID|1||{who}^^^B^MR||{family}^{given}||{born}|F\rPV1|1|I||||||||||||||||||||||||||||||||||||||||||{seen}\r"
        for n, (who, (given, family, born, seen)) in enumerate(PATIENTS.items())
    )


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hospital")
    (folder / "in").mkdir()
    rows = [
        f"{who},{given},{family},{seen[:4]}-{seen[4:6]}-{seen[6:]}"
        for who, (given, family, _, seen) in PATIENTS.items()
    ]
    (folder / "in" / "patients.csv").write_text("patient_id,given,family,seen\n" + "\n".join(rows) + "\n")
    for name, text in (
        ("claims.837", claims()),
        ("paid.835", payment()),
        ("members.834", members()),
        ("asked.278", authorisation()),
        ("feed.hl7", feed()),
    ):
        (folder / "in" / name).write_text(text, newline="")
    (folder / "project.yaml").write_text(
        "profile: expert\nin: in\nout: out\nreference_date: 2026-06-01\n"
        "tables:\n  patients:\n    subject: patient_id\n    columns:\n      patient_id: {as: id, known: strong, label: MRN}\n"
        "      given: {as: given_name, known: true}\n      family: {as: family_name, known: true}\n      seen: {as: date}\n"
        "trees:\n  feed: {files: '*.hl7'}\n  claims: {files: ['*.8??', '*.278'], names: keep}\n"
    )
    outcome = open_session(folder / "project.yaml").run(Keys.from_secret(SECRET))
    assert outcome.quarantined == []
    return outcome.out


def segments(path, name):
    return [line.split("*") for line in path.read_text().replace("\n", "").split("~") if line.startswith(f"{name}*")]


def test_one_person_is_the_same_in_tables_messages_and_claims(release):
    rows = [line.split(",") for line in (release / "patients.csv").read_text().splitlines()[1:]]
    messages = [
        line.split("|") for line in re.split("[\r\n]", (release / "feed.hl7").read_text()) if line.startswith("PID")
    ]
    for n, (pseudonym, given, family, _) in enumerate(rows):
        assert messages[n][3].split("^")[0] == pseudonym
        for file in ("claims.837", "paid.835", "members.834", "asked.278"):
            name = segments(release / file, "NM1")[n]
            assert (name[9], name[3].title(), name[4].title()) == (pseudonym, family.title(), given.title())
        assert f"{given} {family}".upper() in segments(release / "claims.837", "NTE")[n][2].upper()


@pytest.mark.parametrize(
    ("file", "segment", "place"),
    [("claims.837", "DTP", 3), ("paid.835", "DTM", 2), ("members.834", "DTP", 3), ("asked.278", "DTP", 3)],
)
def test_one_shift_moves_the_dates_of_a_patient_in_every_form(release, file, segment, place):
    rows = [line.split(",") for line in (release / "patients.csv").read_text().splitlines()[1:]]
    for (_, _, _, seen), found in zip(rows, segments(release / file, segment), strict=True):
        assert found[place] == seen.replace("-", "")


def test_a_claim_and_its_payment_still_join(release):
    asked, paid = segments(release / "claims.837", "CLM"), segments(release / "paid.835", "CLP")
    assert [row[1] for row in asked] == [row[1] for row in paid]
    assert len({row[1] for row in asked}) == len(PATIENTS)
    assert not any(row[1].startswith("C1") for row in asked)


def test_medicine_money_and_envelopes_stay(release):
    assert {row[1] for row in segments(release / "claims.837", "HI")} == {"ABK:J45909"}
    assert {row[2] for row in segments(release / "claims.837", "CLM")} == {"100"}
    for file, text in (("claims.837", claims()), ("paid.835", payment()), ("members.834", members())):
        new = (release / file).read_text()
        assert [s.split("*")[0] for s in new.split("~")] == [s.split("*")[0] for s in text.split("~")]
        assert new.index("GS*") == 106
        assert segments(release / file, "SE")[0][1:] == text.split("SE*")[1].split("~")[0].split("*")


def test_nothing_of_a_member_is_left(release):
    left = "".join(path.read_text() for path in release.iterdir() if path.suffix in (".837", ".835", ".834", ".278"))
    for word in (
        *PATIENTS,
        "OKONKWO",
        "LINDQVIST",
        "MONTEFALCO",
        "12 ELM CT",
        "3055550144",
        "AUTH001",
        "PAYER1",
        "33111",
    ):
        assert word not in left


def test_a_dry_run_over_some_rows_knows_whose_they_are(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "claims.x12").write_text(claims(), newline="")
    (tmp_path / "project.yaml").write_text(
        "profile: expert\nin: in\nout: out\nreference_date: 2026-06-01\ntrees:\n  claims: {}\n"
    )
    told = dry_run(open_session(tmp_path / "project.yaml"), Keys.from_secret(SECRET), 2)
    counts = {(row["column"], row["action"], row["detail"]): row["count"] for row in told["counts"]}
    assert counts.get(("", "unowned", ""), 0) == 0
    assert counts["", "rows", ""] == 2


def test_init_proposes_files_of_the_name_and_those_that_begin_with_isa(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.837").write_text(claims(), newline="")
    (tmp_path / "in" / "b.txt").write_text(payment(), newline="")
    (tmp_path / "in" / "note.txt").write_text("Seen today.\n")
    outcome = CliRunner().invoke(app, ["init", str(tmp_path / "in"), "-o", str(tmp_path / "p.yaml")])
    assert outcome.exit_code == 0, outcome.output
    plan = open_session(tmp_path / "p.yaml").plan
    assert {source.name: [file.path for file in source.files] for source in plan.sources} == {
        "notes": ["note.txt"],
        "x12": ["a.837", "b.txt"],
    }


def test_wrong_counts_are_said_before_the_run_or_refused(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.837").write_text(claims().replace("GE*1*1", "GE*7*1"), newline="")
    project = tmp_path / "project.yaml"
    text = "profile: expert\nin: in\nout: out\ntrees:\n  claims: {files: '*.837'%s}\n"
    project.write_text(text % "")
    assert any("count" in notice for notice in open_session(project).plan.notices)
    project.write_text(text % ", settings: {envelopes: strict}")
    with pytest.raises(Exception, match="x12-count"):
        open_session(project)


def folded(text):
    plain = "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "", plain)


def _run(folder, files, profile):
    (folder / "in").mkdir()
    for path in files:
        (folder / "in" / path.name).write_bytes(path.read_bytes())
    (folder / "project.yaml").write_text(
        f"profile: {profile}\nin: in\nout: out\nreference_date: 2026-06-01\ntrees:\n  claims: {{files: '*', format: x12, names: keep}}\n"
    )
    return open_session(folder / "project.yaml").run(Keys.from_secret(SECRET))


@pytest.mark.corpora
@pytest.mark.parametrize("profile", ["expert", "redact"])
def test_no_planted_identity_is_left_in_the_battery(tmp_path, profile):
    if not CORPORA.is_dir():
        pytest.skip("the battery of files is not here")
    manifest = [
        entry
        for entry in json.loads((CORPORA / "battery" / "manifest.json").read_text())["files"]
        if entry["format"] == "x12"
    ]
    outcome = _run(tmp_path, [CORPORA / "battery" / entry["file"] for entry in manifest], profile)
    assert outcome.quarantined == []
    for entry in manifest:
        text = folded((outcome.out / Path(entry["file"]).name).read_text())
        values = [(plant["channel"], value) for plant in entry["plants"] for value in plant["values"]]
        assert [channel for channel, value in values if folded(value) in text] == [], entry["file"]


@pytest.mark.corpora
def test_real_files_are_written_with_every_segment_and_separator(tmp_path):
    if not CORPORA.is_dir():
        pytest.skip("the real files are not here")
    files = [path for path in sorted((CORPORA / "x12").glob("*/*")) if path.suffix in (".txt", ".edi")]
    outcome = _run(tmp_path, files, "expert")
    assert outcome.quarantined == []
    for path in files:
        old, new = path.read_text(), (outcome.out / path.name).read_text()
        mark, end = old[3], old[105]
        assert [s.strip().split(mark)[0] for s in new.split(end)] == [s.strip().split(mark)[0] for s in old.split(end)]
        assert new.count(mark) == old.count(mark)

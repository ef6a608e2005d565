"""Terms: a description that only says what a code says is kept; what people write, and who a number is, is not."""

from veil.discover.propose import propose

CODES = {
    "NDA020503": "albuterol 0.09 MG inhaler",
    "NDA020800": "epinephrine 1 MG/ML auto-injector",
    "DALY": "disability adjusted life years",
}
STAFF = {"101": "Emil Quill", "102": "Greta Tanaka", "103": "Hugo Moreau"}


def guesses(folder, rows):
    (folder / "facts.csv").write_text("patient_id,code,description\n" + "".join(",".join(row) + "\n" for row in rows))
    return propose(folder, "expert").tables[0].guesses


def test_a_description_that_a_code_determines_is_a_code(tmp_path):
    found = guesses(tmp_path, [(str(i), code, CODES[code]) for i in range(40) for code in CODES])
    assert (found["code"].kind, found["description"].kind) == ("code", "code")


def test_what_people_write_beside_a_code_stays_text(tmp_path):
    found = guesses(tmp_path, [(str(i), code, f"{CODES[code]} on day {i}") for i in range(40) for code in CODES])
    assert found["description"].kind == "text"


def test_the_name_of_a_doctor_beside_his_number_is_not_kept(tmp_path):
    found = guesses(tmp_path, [(str(i), code, STAFF[code]) for i in range(40) for code in STAFF])
    assert found["description"].kind in ("text", "person_name")


def test_a_description_that_is_met_once_stays_text(tmp_path):
    found = guesses(tmp_path, [(str(i), f"C{i}", f"the finding number {i} of the left arm") for i in range(40)])
    assert found["description"].kind == "text"

"""C12: zips and ids with leading zeros, "NA", large ints, column order and encodings come back unchanged."""

import pytest

TABLE = 'id,zip,odd,big,name\n1,00501,NA,12345678901234567890,"Zoë, ""Q"""\n2,02139,null,00,Müller\n'


@pytest.mark.parametrize(
    ("encoding", "end"), [("utf-8", "\n"), ("utf-8-sig", "\r\n"), ("cp1252", "\n"), ("utf-16", "\r\n")]
)
def test_c12_kept_columns_keep_every_byte(project, veil, encoding, end):
    data = TABLE.replace("\n", end).encode(encoding)
    made = project(
        "profile: expert\ntables: {t: {columns: {id: keep, zip: keep, odd: keep, big: keep, name: keep}}}\n",
        {"t.csv": data},
    )
    assert veil(made.folder, "run", "project.yaml").code == 0
    assert (made.out / "t.csv").read_bytes() == data


def test_c12_ids_with_leading_zeros_are_people_of_their_own(project, veil):
    made = project(
        "profile: expert\ntables: {t: {columns: {id: pseudonym}}}\n", {"t.csv": "id\n7\n007\n12345678901234567890\n"}
    )
    assert veil(made.folder, "run", "project.yaml").code == 0
    assert len(set((made.out / "t.csv").read_text().split())) == 4

"""What the rows stand on: a small hospital of tables, and commands as a person gives them."""

import functools

import pytest
from tests.commands import command, process
from tests.conftest import PASSPHRASE

PATIENTS = (
    "patient_id,mrn,ssn,first,born,zip\n"
    "1042,00771234,123-45-6789,Ada,1950-02-28,02139\n"
    "7,00990011,,Bo,1988-12-31,00501\n"
    ",00123456,987-65-4321,Cy,1999-05-05,10001\n"
)
ENCOUNTERS = "encounter_id,patient_id,start\n901,1042,2019-01-31\n902,7,2019-03-01\n903,1042,2020-02-29\n"
LABS = (
    "lab_id,encounter_id,concept_id,event_name,value,taken\n"
    "1,901,3004249,result,98.6,2019-01-31 08:00:00\n"
    "2,903,99,user submitted,1042,2020-02-29 23:59:59\n"
    "3,902,7,user submitted,,2019-03-01 00:00:00\n"
    "4,902,7,date of visit,2019-03-01,2019-03-01 12:00:00\n"
    "5,903,7,comment,007 NA,2020-03-01 12:00:00\n"
)


@pytest.fixture
def veil():
    """Gives a command in a folder, in this process: `veil(folder, "run", "project.yaml")`."""
    return functools.partial(command, VEIL_PASSPHRASE=PASSPHRASE)


@pytest.fixture
def veil_process():
    """The same in a process of its own, for what depends on that."""
    return functools.partial(process, VEIL_PASSPHRASE=PASSPHRASE)


ALL = {"patients.csv": PATIENTS, "encounters.csv": ENCOUNTERS, "labs.csv": LABS}
COLUMNS = """profile: expert
tables:
  patients:
    subject: patient_id
    columns: {patient_id: pseudonym, mrn: pseudonym, ssn: pseudonym, first: {surrogate: given_name}, born: shift, zip: zip3}
  encounters:
    subject: patient_id
    columns: {encounter_id: pseudonym, patient_id: pseudonym, start: shift}
  labs:
    subject: {through: encounters, on: encounter_id}
    columns: {lab_id: pseudonym, encounter_id: pseudonym, concept_id: keep, event_name: keep, value: VALUE, taken: shift}
"""


def policy(value="keep"):
    return COLUMNS.replace("VALUE", value)


def column(folder, table, name):
    """The cells of a column of a release, as they stand there."""
    lines = [line.split(",") for line in (folder / f"{table}.csv").read_text().splitlines()]
    return [cells[lines[0].index(name)] for cells in lines[1:]]


@pytest.fixture(scope="session")
def serving(tmp_path_factory):
    """A service of this machine, without tokens."""
    from tests.services import served

    with served(tmp_path_factory.mktemp("serving"), local=True) as service:
        yield service


@pytest.fixture
def ask(serving):
    """Posts to a call and gives its answer: `ask("detect", text=...)`."""
    with serving.client() as client:

        def post(call, expected=200, **body):
            answer = client.post(f"/api/v1/{call}", json=body)
            assert answer.status_code == expected, answer.text
            return answer.json()

        yield post

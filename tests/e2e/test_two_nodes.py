"""Two services as people start them, over one database and one bucket: whoever signs in at one is known at the other."""

import os
import re
import signal

import pytest
from tests.nodes import BUCKET, names_of, s3, shared_servers
from tests.portals import Browser
from tests.services import served

from veil.audit import verify_chain

pytestmark = pytest.mark.server
NOTE = b"Seen by Dr. Zebulonia Quackenthorpe on 03/04/2019. MRN 88410377.\n"
DONE = b"Seen by Dr. [NAME] on [DATE]. MRN [MRN].\n"


@pytest.fixture(scope="module")
def shared():
    yield from shared_servers()


@pytest.fixture
def node(shared, tmp_path):
    """Starts a node in a folder of its own, with the key that all have."""
    told = {name: os.environ[name] for name in os.environ if name.startswith("AWS_") or name == "VEIL_DB_PASSWORD"}

    def start(name):
        (tmp_path / name).mkdir()
        options = ["--data", shared.database(tmp_path), "--objects", shared.objects(tmp_path)]
        return served(tmp_path / name, *options, more={**told, "VEIL_SERVICE_KEY": "5a" * 32})

    return start


def elsewhere(browser, address):
    """The same browser at another node: its cookie and its token go along."""
    other = Browser(address)
    other._client.cookies.update(dict(browser._client.cookies))
    other.me = browser.me
    return other


def test_what_one_node_knows_the_other_knows_and_it_ends_what_the_other_began(node, shared, tmp_path):
    with node("one") as one, node("other") as other:
        there, here = f"{one.url}/portal/api", f"{other.url}/portal/api"
        code = re.match(r"setup\s+(\S+)", other.process.stdout.readline())[1]
        with Browser(there).enter("/setup", name="ada", code=code) as ada, elsewhere(ada, here) as again:
            token = again.ask("POST", "/invitations", json={"role": "submitter"}).json()["token"]
        with Browser(there).enter("/invitations/accept", name="bob", token=token) as bob, elsewhere(bob, here) as again:
            first = bob.hand_in("Quackenthorpe.txt", NOTE)
            assert again.wait(first, "done")["name"] == "Quackenthorpe.txt"
            assert again.ask("GET", f"/jobs/{first}/result").content == DONE
            waiting = [bob.hand_in(data=NOTE) for _ in range(6)]
            os.kill(one.process.pid, signal.SIGKILL)
            for job in waiting:
                again.wait(job, "done", seconds=90)
                assert again.ask("GET", f"/jobs/{job}/result").content == DONE
            held = shared.on_disk(log=True) + b"".join(
                s3().get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in names_of(shared.objects(tmp_path))
            )
            assert b"Quackenthorpe" not in held
            assert b"88410377" not in held
            assert again.ask("POST", "/logout").status_code == 200
            assert again.ask("GET", "/jobs").status_code == 401


def test_the_record_of_all_nodes_is_written_out_and_holds(node, shared, tmp_path):
    from typer.testing import CliRunner

    from veil.cli.app import app

    with node("one") as one:
        code = re.match(r"setup\s+(\S+)", one.process.stdout.readline())[1]
        with Browser(f"{one.url}/portal/api").enter("/setup", name="ada", code=code) as ada:
            ada.ask("POST", "/invitations", json={"role": "submitter"})
    told = CliRunner().invoke(
        app, ["serve", "record", "--data", shared.database(tmp_path), str(tmp_path / "audit.jsonl")]
    )
    assert told.exit_code == 0, told.output
    checked = verify_chain(tmp_path / "audit.jsonl")
    assert checked.records == int(told.output.split()[0]) > 0
    assert CliRunner().invoke(app, ["audit", "verify", str(tmp_path / "audit.jsonl")]).exit_code == 0

"""Objects: a bucket as input and as the place of a release, held against files of the same content."""

import pytest
from tests.rows.conftest import COLUMNS, ENCOUNTERS, LABS, PATIENTS

from veil.errors import StoreError
from veil.stores import open_store, open_target

pytestmark = pytest.mark.server
POLICY = COLUMNS.replace("VALUE", "drop") + "notes: {letters: {files: letters}}\n"
FILES = {
    "patients.csv": PATIENTS,
    "encounters.csv": ENCOUNTERS,
    "labs.csv": LABS,
    "letters/a.txt": "Seen by Dr. Anna Schmidt.",
}


@pytest.fixture(scope="module")
def store():
    from moto.server import ThreadedMotoServer

    with pytest.MonkeyPatch.context() as patched:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patched.setenv(name, "of-a-test")
        patched.setenv("AWS_REGION", "us-east-1")
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        patched.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        yield client()
        server.stop()


def client():
    import os

    import boto3

    return boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])


@pytest.fixture
def bucket(store, request):
    name = f"b{abs(hash(request.node.name))}"
    store.create_bucket(Bucket=name)
    return name


def objects(store, bucket):
    found = store.list_objects_v2(Bucket=bucket).get("Contents", [])
    keys = [one["Key"] for one in found if not one["Key"].endswith("/")]  # pyarrow marks folders, as consoles do
    return {key: store.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def put(store, bucket, files):
    for name, text in files.items():
        store.put_object(Bucket=bucket, Key=name, Body=text.encode())


def test_objects_give_the_release_that_files_give(store, bucket, project):
    put(store, bucket, {f"extract/{name}": text for name, text in FILES.items()})
    files = project(POLICY, FILES, name="files")
    files.run()
    made = project(POLICY, {"none.txt": ""})
    made.file.write_text(made.file.read_text().replace("in: data\n", f"in: s3://{bucket}/extract\n"))
    assert made.run().exit_code == 0
    assert made.bytes_out() == files.bytes_out()


def test_a_release_stands_in_the_bucket_and_an_older_ones_files_are_gone(store, bucket, project):
    made = project(POLICY + f"publish: s3://{bucket}/shared/one\n", FILES)
    made.run()
    assert {name.removeprefix("shared/one/"): data for name, data in objects(store, bucket).items()} == {
        path.relative_to(made.out).as_posix(): path.read_bytes() for path in made.out.rglob("*") if path.is_file()
    }
    put(store, bucket, {"shared/one/readme-of-others.txt": "theirs"})
    made.file.write_text(made.file.read_text().replace("notes: {letters: {files: letters}}\n", ""))
    made.run()
    there = objects(store, bucket)
    assert "shared/one/letters/a.txt" not in there
    assert "shared/one/readme-of-others.txt" in there


def test_objects_of_others_are_not_mixed_with_a_release(store, bucket, project):
    put(store, bucket, {"shared/theirs.txt": "theirs"})
    made = project(POLICY + f"publish: s3://{bucket}/shared\n", FILES)
    with pytest.raises(StoreError) as caught:
        made.run()
    assert caught.value.code == "publish-there"


def test_a_copy_that_broke_off_is_finished(store, bucket, tmp_path, monkeypatch):
    for name in ("a.csv", "veil-manifest.json"):
        (tmp_path / name).write_text('{"outputs": [{"name": "a.csv"}]}')
    target = open_target(f"s3://{bucket}/x", tmp_path)
    monkeypatch.setattr(type(tmp_path), "open", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        target.copy(tmp_path)
    monkeypatch.undo()
    assert open_target(f"s3://{bucket}/x", tmp_path).copy(tmp_path) == 2
    assert sorted(objects(store, bucket)) == ["x/a.csv", "x/veil-manifest.json"]


def test_a_copy_over_an_older_release_that_broke_off_is_no_release_and_leaves_nothing_of_either(
    store, bucket, tmp_path, monkeypatch
):
    releases = [tmp_path / "old", tmp_path / "broken", tmp_path / "new"]
    for folder, table in zip(releases, ("a.csv", "b.csv", "c.csv"), strict=True):
        folder.mkdir()
        (folder / table).write_text(folder.name)
        (folder / "same.csv").write_text(folder.name)
        (folder / "veil-manifest.json").write_text(f'{{"outputs": [{{"name": "{table}"}}, {{"name": "same.csv"}}]}}')
    address = f"s3://{bucket}/x"
    open_target(address, tmp_path).copy(releases[0])
    true = type(tmp_path).open

    def breaking(self, *given, **named):
        if self.name == "veil-manifest.json":
            raise KeyboardInterrupt
        return true(self, *given, **named)

    monkeypatch.setattr(type(tmp_path), "open", breaking)
    with pytest.raises(KeyboardInterrupt):
        open_target(address, tmp_path).copy(releases[1])
    monkeypatch.undo()
    assert "x/veil-manifest.json" not in objects(store, bucket)
    open_target(address, tmp_path).copy(releases[2])
    assert sorted(objects(store, bucket)) == ["x/c.csv", "x/same.csv", "x/veil-manifest.json"]


def test_a_bucket_that_is_not_there_is_an_error_without_its_words(store, tmp_path):
    with pytest.raises(StoreError):
        open_store("s3://no-such-bucket-here/x", tmp_path).size("a.csv")
        open_store("s3://no-such-bucket-here/x", tmp_path).digest("a.csv")


def test_a_sheet_of_a_workbook_in_a_bucket_is_read(store, bucket, project, tmp_path):
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "people.xlsx")) as book:
        book.add_worksheet("people").write_column(0, 0, ["sex", "F", "M"])
    store.put_object(Bucket=bucket, Key="people.xlsx", Body=(tmp_path / "people.xlsx").read_bytes())
    made = project("profile: redact\ntables: {people: {columns: {sex: keep}}}\n", {"none.txt": ""})
    made.file.write_text(made.file.read_text().replace("in: data\n", f"in: s3://{bucket}\n"))
    assert made.run().exit_code == 0
    assert list(made.bytes_out()) == ["people-people.xlsx"]

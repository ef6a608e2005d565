"""What several nodes share, for tests: a PostgreSQL and a bucket; each folder of a test has a schema and a prefix of its own."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.servers import PASSWORD, Postgres, serving

BUCKET = "veil-nodes"


@dataclass(frozen=True)
class Shared:
    """The servers. Shape: `data` is the folder of PostgreSQL's files."""

    server: Postgres
    data: Path

    def database(self, folder: Path) -> str:
        return f"{self.server.address}?schema=veil_{_own(folder)}"

    def objects(self, folder: Path) -> str:
        return f"s3://{BUCKET}/sealed/{_own(folder)}"

    def asked(self, sql: str) -> list:
        """As the server's own superuser."""
        import pg8000.native

        with contextlib.closing(
            pg8000.native.Connection(
                "veil", host="127.0.0.1", port=self.server.port, database="postgres", password=PASSWORD
            )
        ) as line:
            return line.run(sql)

    def on_disk(self, *, log: bool) -> bytes:
        """All that the database has on its disk; with its log or without."""
        self.asked("CHECKPOINT")
        files = [path for path in self.data.rglob("*") if path.is_file() and (log or "pg_wal" not in path.parts)]
        return b"".join(_read(path) for path in files)


def s3():
    import boto3

    return boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])


def names_of(address: str) -> list[str]:
    """The objects below an address, without the marks of folders."""
    prefix = address.partition(f"{BUCKET}/")[2]
    found = s3().list_objects_v2(Bucket=BUCKET, Prefix=f"{prefix}/").get("Contents", [])
    return [one["Key"] for one in found if not one["Key"].endswith("/")]


def shared_servers() -> Iterator[Shared]:
    """Both servers, with what a process needs to reach them in its environment.

    Keeps:   their folder is none of pytest's, whose rights a second run sets anew.
    """
    from moto.server import ThreadedMotoServer

    with pytest.MonkeyPatch.context() as patched:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patched.setenv(name, "of-a-test")
        patched.setenv("AWS_REGION", "us-east-1")
        patched.setenv("VEIL_DB_PASSWORD", PASSWORD)
        objects = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        objects.start()
        host, port = objects.get_host_and_port()
        patched.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        s3().create_bucket(Bucket=BUCKET)
        with tempfile.TemporaryDirectory() as folder:
            for server in serving(Postgres, Path(folder)):
                yield Shared(server, Path(folder) / "data")
        objects.stop()


def _own(folder: Path) -> str:
    return hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]


def _read(path: Path) -> bytes:
    with contextlib.suppress(FileNotFoundError):
        return path.read_bytes()
    return b""

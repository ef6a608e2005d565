"""Real database servers for tests: PostgreSQL and MariaDB as Debian packs them, each in a folder of its own."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PASSWORD = "a server of tests"


def found(*names: str) -> str:
    """The path of a program, also where Debian hides it; a skip where it is missing."""
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), Path("/usr/sbin")]
    for name in names:
        path = shutil.which(name) or next((str(one / name) for one in places if (one / name).exists()), None)
        if path:
            return path
    return pytest.skip(f"{names[0]} is not installed")


def free_port() -> int:
    with contextlib.closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _account(folder: Path, name: str) -> dict[str, str | int]:
    """Servers refuse root: they run as their own user then, who owns the folder."""
    if os.getuid() != 0:
        return {}
    user = pwd.getpwnam(name)
    os.chown(folder, user.pw_uid, user.pw_gid)
    for parent in [folder, *folder.parents]:
        if parent.stat().st_uid == 0 and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    return {"user": name, "group": user.pw_gid}


class Postgres:
    """A server of one database; `stop` and `start` again as a server goes away and comes back."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder, self._as = folder, _account(folder, "postgres")
        (folder.parent / "pw").write_text(PASSWORD)
        (folder.parent / "pw").chmod(0o644)
        self._run(
            found("initdb"),
            "-D",
            str(folder),
            "-U",
            "veil",
            "-A",
            "scram-sha-256",
            f"--pwfile={folder.parent / 'pw'}",
            "-E",
            "UTF8",
            "--no-sync",
            "--locale=C.UTF-8",
        )
        self.start()

    def _run(self, *words: str) -> None:
        subprocess.run(words, check=True, capture_output=True, cwd="/", **self._as)

    def start(self) -> None:
        said = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        with (self._folder.parent / "log").open("w") as log:
            subprocess.run(
                [found("pg_ctl"), "-D", str(self._folder), "-w", "-o", said, "start"],
                check=True,
                cwd="/",
                stdout=log,
                stderr=log,
                **self._as,
            )

    def stop(self) -> None:
        self._run(found("pg_ctl"), "-D", str(self._folder), "-m", "immediate", "stop")

    @property
    def address(self) -> str:
        return f"postgresql://veil@127.0.0.1:{self.port}/postgres"


class Maria:
    """A server of one database named `veil`."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder, self._as = folder, _account(folder, "mysql")
        self._run(
            found("mariadb-install-db"),
            f"--datadir={folder}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        )
        self.start()
        import pymysql

        with (
            contextlib.closing(pymysql.connect(host="127.0.0.1", port=self.port, user="root")) as line,
            line.cursor() as cursor,
        ):
            cursor.execute("CREATE DATABASE veil CHARACTER SET utf8mb4")
            cursor.execute("CREATE USER veil@'127.0.0.1' IDENTIFIED BY %s", (PASSWORD,))
            cursor.execute("GRANT ALL ON *.* TO veil@'127.0.0.1'")

    def _run(self, *words: str) -> None:
        subprocess.run(words, check=True, capture_output=True, cwd="/", **self._as)

    def start(self) -> None:
        words = [
            found("mariadbd", "mysqld"),
            "--no-defaults",
            f"--datadir={self._folder}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            f"--socket={self._folder}/s",
            f"--pid-file={self._folder}/pid",
            "--innodb-flush-log-at-trx-commit=0",
            "--skip-name-resolve",
        ]
        self._process = subprocess.Popen(
            words, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._as
        )
        for _ in range(300):
            with (
                contextlib.suppress(OSError),
                contextlib.closing(socket.create_connection(("127.0.0.1", self.port), 1)),
            ):
                return
            time.sleep(0.1)
        raise TimeoutError

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    @property
    def address(self) -> str:
        return f"mariadb://veil@127.0.0.1:{self.port}/veil"


def serving(kind: type[Postgres] | type[Maria], folder: Path) -> Iterator[Postgres | Maria]:
    data = folder / "data"
    data.mkdir()
    server = kind(data)
    try:
        yield server
    finally:
        with contextlib.suppress(subprocess.SubprocessError):
            server.stop()

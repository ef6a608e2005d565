"""Server: the sockets and processes of a service, from its start to its last answer."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import ssl
import sys
import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from veil import log
from veil.errors import ServiceError
from veil.service.head_limits import BoundedHeads
from veil.service.loopback import LOOPBACK
from veil.service.settings import ServiceSettings
from veil.service.work.processes import ServiceProcesses

_PATIENCE = 30  # seconds: a process that reads a long text is not taken for a dead one


@dataclass(frozen=True, slots=True)
class Listening:
    """Where and how a service listens.

    Shape:   `workers`: processes that answer; `jobs`: processes that work at files. `certificate` and `key`: PEM files of
             TLS; `clients`: a PEM file of the authorities whose certificates callers must show. `proxied`: TLS ends
             before us.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    jobs: int = 1
    certificate: Path | None = None
    key: Path | None = None
    clients: Path | None = None
    proxied: bool = False

    def check(self, *, local: bool, hosts: Collection[str] = ()) -> None:
        """Errors: ServiceError `listen-open`, `listen-local`, `listen-tls`."""
        if (self.certificate is None) != (self.key is None) or (self.clients and not self.certificate):
            raise ServiceError(
                "listen-tls", "TLS needs both a certificate and its private key", hint="--tls-cert FILE --tls-key FILE"
            )
        self._check_files()
        loopback = self.host in LOOPBACK
        if local and not loopback:
            raise ServiceError(
                "listen-local",
                "--local answers calls from this machine only, and --host names another address",
                hint="remove --host, or remove --local",
            )
        if local and self.proxied:
            raise ServiceError(
                "listen-local",
                "--local cannot be used with --behind-proxy: every call would seem to come from this machine",
                hint="remove --behind-proxy, or remove --local",
            )
        if local and not set(hosts) <= set(LOOPBACK):
            raise ServiceError(
                "listen-local",
                "--local answers for this machine's own names only",
                where="--allow-host",
                hint="remove --local; behind a proxy use --behind-proxy",
            )
        if not loopback and self.certificate is None and not self.proxied:
            raise ServiceError(
                "listen-open",
                "other machines can reach this address, and TLS is not set up",
                hint="set --tls-cert and --tls-key, or --behind-proxy where a proxy terminates TLS",
            )

    def _check_files(self) -> None:
        """Files that TLS cannot use stop the start, and not each process that answers."""
        if self.certificate is None:
            return
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            context.load_cert_chain(self.certificate, self.key, password="")  # nobody is there to be asked for one
            if self.clients:
                context.load_verify_locations(self.clients)
        except (OSError, ValueError):
            raise ServiceError(
                "listen-tls",
                "the TLS certificate, its private key or the CA file of clients is not valid",
                hint="give PEM files; the key must belong to the certificate and have no passphrase",
            ) from None


def bound(listening: Listening) -> socket.socket:
    """A socket that listens there.

    Errors:  ServiceError `listen-taken`.
    """
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    bound_socket = socket.socket(family)
    bound_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound_socket.bind((listening.host, listening.port))
    except (OSError, UnicodeError):
        bound_socket.close()
        raise ServiceError(
            "listen-taken",
            "cannot listen on this address",
            where=f"port {listening.port}",
            hint="another program may use the port; --port 0 chooses a free one",
        ) from None
    bound_socket.listen(2048)
    bound_socket.set_inheritable(True)
    return bound_socket


def run(
    setting: ServiceSettings,
    listening: Listening,
    listening_socket: socket.socket,
    make: Callable[[ServiceSettings], ASGIApp],
) -> None:
    """Serves until it is told to stop; what was begun is answered first."""
    setting = replace(setting, tls=listening.certificate is not None or listening.proxied)
    folder = tempfile.mkdtemp(prefix="veil-counts-") if listening.workers > 1 else None
    if folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # counts alone; see prometheus_client, "multiprocess mode"
    config = uvicorn.Config(
        partial(_app, setting, make),
        factory=True,
        host=listening.host,
        port=listening.port,
        workers=listening.workers,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        timeout_worker_healthcheck=_PATIENCE,
        timeout_keep_alive=75,
        http=BoundedHeads,
        ssl_certfile=listening.certificate,
        ssl_keyfile=listening.key,
        ssl_ca_certs=str(listening.clients) if listening.clients else None,
        ssl_cert_reqs=ssl.CERT_REQUIRED if listening.clients else ssl.CERT_NONE,
    )
    server = uvicorn.Server(config)
    crew = (
        ServiceProcesses(setting.site, workers=listening.jobs, apart=setting.apart)
        if setting.site is not None
        else None
    )
    signal.signal(signal.SIGTERM, _leave)  # uvicorn raises it anew once all is answered
    try:
        if crew:
            crew.start()
        if listening.workers > 1:
            Multiprocess(config, [listening_socket]).run()
        else:
            server.run([listening_socket])
    finally:
        if crew:
            crew.stop()
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


def _leave(*_: object) -> None:
    sys.exit(0)


def _app(setting: ServiceSettings, make: Callable[[ServiceSettings], ASGIApp]) -> ASGIApp:
    """The application, in the process that serves it, with a log that goes to standard error."""
    log.to_stderr()
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL + 1)  # its words on a failure hold the failure's own
    return make(setting)

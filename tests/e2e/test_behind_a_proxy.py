"""A service of this machine behind a real proxy on the same machine: Envoy, and HTTP/1.0 as nginx speaks it."""

import contextlib
import json
import socket
import subprocess
import time
import urllib.parse

import httpx2
import pytest
from tests.ports import free_port
from tests.services import served

from veil.service.trace.envoy.run import envoy_path

pytestmark = pytest.mark.server
SSN = {"text": "SSN 123-45-6789"}


@contextlib.contextmanager
def envoy(folder, upstream):
    """Envoy as its getting-started page has it, before `upstream`: its address."""
    pytest.importorskip("envoy")
    port, (host, _, to) = free_port(), urllib.parse.urlsplit(upstream).netloc.partition(":")
    endpoint = {"endpoint": {"address": {"socket_address": {"address": host, "port_value": int(to)}}}}
    manager = {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "in",
        "route_config": {
            "virtual_hosts": [
                {
                    "name": "all",
                    "domains": ["*"],
                    "routes": [
                        {
                            "match": {"prefix": "/"},
                            "route": {"cluster": "veil", "host_rewrite_literal": f"localhost:{to}"},
                        }
                    ],
                }
            ]
        },
        "http_filters": [
            {
                "name": "router",
                "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
            }
        ],
    }
    config = {
        "static_resources": {
            "listeners": [
                {
                    "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
                    "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
                }
            ],
            "clusters": [
                {
                    "name": "veil",
                    "type": "STATIC",
                    "load_assignment": {"cluster_name": "veil", "endpoints": [{"lb_endpoints": [endpoint]}]},
                }
            ],
        }
    }
    (folder / "envoy.json").write_text(json.dumps(config))
    words = [envoy_path(), "-c", str(folder / "envoy.json"), "--use-dynamic-base-id", "--concurrency", "1"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def test_whoever_reaches_an_envoy_of_this_machine_is_not_answered_without_a_token(tmp_path):
    with served(tmp_path, local=True) as service, envoy(tmp_path, service.url) as front:
        assert httpx2.post(service.url + "/api/v1/detect", json=SSN, timeout=60).status_code == 200
        for path in ("/api/v1/detect", "/", "/api/v1/batch"):
            answer = httpx2.post(front + path, json=SSN, timeout=60)
            assert (answer.status_code, answer.json()["code"]) == (403, "proxied")
            assert "--behind-proxy" in answer.json()["hint"]


def test_behind_a_proxy_that_is_said_a_token_is_needed_and_enough(tmp_path):
    with served(tmp_path, "--behind-proxy") as service, envoy(tmp_path, service.url) as front:
        assert httpx2.post(front + "/api/v1/detect", json=SSN, timeout=60).status_code == 401
        headers = {"Authorization": f"Bearer {service.token}"}
        assert httpx2.post(front + "/api/v1/detect", json=SSN, headers=headers, timeout=60).status_code == 200


def test_nginx_as_it_is_by_default_is_not_answered_without_a_token(tmp_path):
    """It adds no header: HTTP/1.0, its upstream as Host, `Connection: close`. Source: nginx, ngx_http_proxy_module."""
    with served(tmp_path, local=True) as service:
        host, _, port = urllib.parse.urlsplit(service.url).netloc.partition(":")
        body = json.dumps(SSN).encode()
        head = f"POST /api/v1/detect HTTP/1.0\r\nHost: {host}:{port}\r\nConnection: close\r\nContent-Length: {len(body)}\r\nContent-Type: application/json\r\n\r\n"
        with socket.create_connection((host, int(port)), 20) as line:
            line.sendall(head.encode() + body)
            answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert b" 403 " in answer.partition(b"\r\n")[0]
    assert b"--behind-proxy" in answer

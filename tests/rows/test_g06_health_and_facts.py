"""G6: GET /api/v1/health, /api/v1/entities and /: the same keys; health is told only when it is true."""

import asyncio
import threading
import time

import httpx2
from tests.services import served

from veil.detectors.scanner import Scanner
from veil.service.reader import Reader


def test_g6_health_has_its_keys(serving):
    with serving.client() as client:
        client.post("/api/v1/detect", json={"text": "waits until the model is there"})
        told = client.get("/api/v1/health")
    assert told.status_code == 200
    assert set(told.json()) == {"status", "model_loaded", "model_name", "version"}
    assert (told.json()["status"], told.json()["model_loaded"]) == ("healthy", True)


def test_g6_a_service_is_not_healthy_before_its_model_is_there(monkeypatch):
    from veil.keys import Keys
    from veil.service import app as room
    from veil.service.settings import ServiceSettings

    open_now = threading.Event()

    def slow():
        open_now.wait(20)
        return Scanner([])

    monkeypatch.setattr(room, "Reader", lambda: Reader(slow))
    served_app = room.create_app(ServiceSettings(Keys.from_secret(bytes(32)), local=True))

    async def watched():
        transport = httpx2.ASGITransport(served_app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            app = served_app._app
            async with app.router.lifespan_context(app):
                before = await client.get("/api/v1/health")
                open_now.set()
                await asyncio.sleep(0.5)
                return before, await client.get("/api/v1/health")

    before, after = asyncio.run(watched())
    assert (before.status_code, before.json()["status"], before.json()["model_loaded"]) == (503, "starting", False)
    assert (after.status_code, after.json()["status"]) == (200, "healthy")


def test_g6_entities_are_the_twenty_one(serving):
    with serving.client() as client:
        told = client.get("/api/v1/entities").json()
    assert told["total_types"] == len(told["entity_types"]) == 21
    assert all(set(one) == {"name", "description", "examples", "replacement"} for one in told["entity_types"])


def test_g6_the_root_tells_where_things_are_and_a_browser_gets_the_page(serving):
    with serving.client() as client:
        assert set(client.get("/").json()) == {"name", "version", "docs", "health"}
        assert client.get("/", headers={"Accept": "text/html"}).headers["content-type"].startswith("text/html")
        assert client.get("/docs").status_code == 200
        assert "/api/v1/detect" in client.get("/openapi.json").json()["paths"]


def test_g6_it_starts_without_a_configuration_prints_a_token_and_answers_in_two_seconds(tmp_path):
    started = time.monotonic()
    with served(tmp_path) as service, service.client() as client:
        answer = client.post("/api/v1/detect", json={"text": "SSN 123-45-6789"})
        spent = time.monotonic() - started
    assert answer.json()["entity_count"] == 1
    assert service.token.startswith("veil_")
    assert spent < 15, "wall time, on a machine that runs other tests; bench-rest prints what it is alone"


def test_g6_a_service_whose_store_is_away_is_not_ready():
    from veil.errors import ServiceError
    from veil.service.rest.routes import Desk

    def away():
        raise ServiceError("store-closed", "the database cannot be read")

    reader = Reader(lambda: Scanner([]))
    reader.ready.set()
    desk = Desk(reader, None, None, None, 10)
    assert desk.is_ready()
    desk.needed.append(away)
    assert not desk.is_ready()

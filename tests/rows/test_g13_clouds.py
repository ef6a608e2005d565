"""G13: files for Lambda, Cloud Run and Container Apps: calls need a token by default (tests/e2e/test_deploy.py gives Lambda its events)."""

from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


@pytest.mark.parametrize(
    "name",
    [
        "lambda/template.yaml",
        "cloud-run/service.yaml",
        "azure/containerapp.yaml",
        "docker/start",
        "kubernetes/veil.yaml",
    ],
)
def test_g13_no_file_lets_callers_in_without_a_token(name):
    text = (DEPLOY / name).read_text()
    assert "--local" not in text
    assert "allow-unauthenticated" not in text
    assert "allUsers" not in text


def test_g13_no_function_is_reached_but_through_the_service_that_asks_for_tokens():
    assert "create_app(ServiceSettings(" in (DEPLOY / "lambda/handler.py").read_text()
    assert "local=True" not in (DEPLOY / "lambda/handler.py").read_text()

"""A store of each test's own."""

import pytest
from tests.portals import site_in

from veil.service.store import Store


@pytest.fixture
def site(tmp_path):
    return site_in(tmp_path)


@pytest.fixture
def store(site):
    made = Store(site)
    yield made
    made.close()

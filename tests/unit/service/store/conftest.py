"""A store of each test's own: in a folder, and in what several nodes share."""

import pytest
from tests import portals
from tests.nodes import shared_servers
from tests.portals import site_in

from veil.service.store import ServiceStore


@pytest.fixture(scope="session")
def servers():
    yield from shared_servers()


def pytest_generate_tests(metafunc):
    if "nodes" in metafunc.fixturenames:
        several = (
            [] if "one_node" in metafunc.fixturenames else [pytest.param("several nodes", marks=pytest.mark.server)]
        )
        metafunc.parametrize("nodes", ["one node", *several], indirect=True)


@pytest.fixture(autouse=True)
def nodes(request):
    """The servers of several nodes; None for one."""
    found = request.getfixturevalue("servers") if request.param == "several nodes" else None
    token = portals.shared.set(found)
    yield found
    portals.shared.reset(token)


@pytest.fixture
def one_node(nodes):
    """For what is true of a folder alone."""


@pytest.fixture
def site(tmp_path):
    return site_in(tmp_path)


@pytest.fixture
def store(site):
    made = ServiceStore(site)
    yield made
    made.close()

"""A few cells of `make client-matrix`, behind a company's proxy: each way, version of HTTP and transport to farebox."""

from collections.abc import Iterator

import pytest

from tests.client_matrix.cells import Cell, cells, problems
from tests.client_matrix.clients import Programs
from tests.client_matrix.provider import Provider
from tests.client_matrix.setup import Direct, directs, sidecar
from tests.support.sidecar import Sidecar

pytestmark = pytest.mark.slow

WANTED = {
    "openai (Python) | HTTP/1.1 | TLS | route",
    "openai (Python) | HTTP/2 | plain | explicit",
    "anthropic (Python) | HTTP/1.1 | TLS | explicit",
    "anthropic (Python) | HTTP/1.1 | plain | reverse",
    "curl | HTTP/2 | TLS | reverse",
    "curl | HTTP/1.1 | plain | route",
}
CELLS = [cell for cell in cells() if str(cell) in WANTED]


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as running:
        yield running


@pytest.fixture(scope="module")
def direct(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Direct:
    return directs(CELLS, Programs(), provider, tmp_path_factory.mktemp("direct"))


@pytest.fixture(scope="module")
def chained(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sidecar]:
    folder = tmp_path_factory.mktemp("matrix") / "chained"
    with sidecar(provider, folder, is_chained=True, is_http_2=True) as running:
        yield running


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_client_gets_what_it_gets_directly_and_is_one_right_row(
    cell: Cell, provider: Provider, direct: Direct, chained: Sidecar
) -> None:
    found = problems(cell, Programs(), chained, provider, direct[cell.client.name, cell.is_http_2])

    assert not found


def test_the_whole_matrix_has_each_client_on_each_way() -> None:
    assert len(CELLS) == len(WANTED)
    assert {(cell.client.name, cell.way) for cell in cells()} == {
        (cell.client.name, way) for cell in cells() for way in ("explicit", "reverse", "route")
    }

"""One helm, and one kubectl, for all tests of the chart."""

import pytest

from tests.helm.chart import Chart, unpack_tools


@pytest.fixture(scope="session")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Chart:
    folder = tmp_path_factory.mktemp("helm")
    unpack_tools(folder)
    return Chart(folder)

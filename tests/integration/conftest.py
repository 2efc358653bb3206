"""A folder and a clock for each module's deployment."""

from pathlib import Path

import pytest

from tests.fakes.clock import Clock


@pytest.fixture(scope="module")
def clock() -> Clock:
    """The time that the application and the double share."""
    return Clock()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database, the secret key and the data of a deployment."""
    return tmp_path_factory.mktemp("motcua")

"""Fixtures of several modules: a small weight file, and a server of files."""

import pytest
from helpers_fetch import served
from helpers_store import save, small_layers


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Write weights called small, and return the path of their file."""
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    return save(tmp_path, small_layers())


@pytest.fixture
def server():
    """Serve files; `server.habits` says what it does badly."""
    with served() as found:
        yield found

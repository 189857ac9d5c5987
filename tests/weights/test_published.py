"""Where weights are published, and how that is said."""

import pytest

from jnst.backbones.tables import BACKBONES
from jnst.weights import fetch, published


@pytest.fixture(autouse=True)
def _without_proxies(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_every_source_makes_a_network_that_there_is():
    assert set(published.SOURCES) == set(BACKBONES)
    lengths = {name: len(source.hash) for name, source in published.SOURCES.items()}
    for name, entry in published.SOURCES.items():
        assert entry.address.startswith("https://")
        assert entry.address.endswith(f"/{entry.file}")
        if entry.algorithm == "sha256" and entry.hash:
            assert lengths[name] == 8
            assert f"-{entry.hash}." in entry.file
        elif entry.hash:
            assert lengths[name] == 32


def test_by_hand_says_what_is_known_of_a_hash():
    said = fetch.how_by_hand(published.SOURCES["resnet50-torchvision"])
    assert said.endswith("/resnet50-0676ba61.pth (SHA256 begins with 0676ba61)")
    said = fetch.how_by_hand(published.SOURCES["mobilenet_v2"])
    assert said.endswith("no_top.h5 (no hash published)")

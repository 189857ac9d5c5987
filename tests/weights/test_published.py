"""Where weights are published, and how that is said."""

import hashlib
from pathlib import Path

import pytest
from painters import NETS, here, oracles

from jnst.backbones.tables import BACKBONES
from jnst.weights import fetch, published, raft


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


def test_what_is_published_in_single_files_has_addresses():
    for name, one in published.ONE_PASS.items():
        assert bool(one.files) != bool(one.where), name
        for source in one.files:
            assert source.address.startswith(f"https://{'www.dropbox' * (name == 'johnson')}")
            assert f"/{source.file}" in source.address
            assert len(source.hash) in (0, 64)
    address = published.ONE_PASS["johnson"].files[0].address
    assert address == "https://www.dropbox.com/s/lrvwfehqdcxoza8/saved_models.zip?dl=1"


def test_raft_small_is_fetched_in_torchvisions_form():
    (source,) = published.FLOW["raft-small"].files
    assert source.address.endswith(".org/models/raft_small_C_T_V1-ad48884c.pth")
    assert published.FLOW["raft-small"].makes == (f"{raft.NAME}.h5",)
    assert raft.is_ours([Path(source.file)], "auto")


@here(*oracles.PUBLISHED["microast"].files)
def test_the_hashes_of_microast_are_those_of_its_files():
    for source in published.ONE_PASS["microast"].files:
        part = source.file.removesuffix("_iter_160000.pth.tar")
        data = (NETS / f"microast_{part}.pth.tar").read_bytes()
        assert source.hash == hashlib.sha256(data).hexdigest()


def test_by_hand_says_what_is_known_of_a_hash():
    said = fetch.how_by_hand(published.SOURCES["resnet50-torchvision"])
    assert said.endswith("/resnet50-0676ba61.pth (SHA256 begins with 0676ba61)")
    said = fetch.how_by_hand(published.SOURCES["mobilenet_v2"])
    assert said.endswith("no_top.h5 (no hash published)")

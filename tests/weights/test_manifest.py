"""The manifest beside weight files: what it says of each, and what is no manifest."""

import hashlib
import json
import os
from pathlib import Path

import pytest
from helpers_store import MEANS, edit_manifest, refused

from jnst.weights import manifest, store


def test_the_manifest_says_what_the_file_is(small):
    assert json.loads(small.with_name("manifest.json").read_text()) == {
        "small.h5": {
            "backbone": "small",
            "licence": "none",
            "sha256": hashlib.sha256(small.read_bytes()).hexdigest(),
            "layers": {"conv1_1": [3, 3, 3, 4], "conv1_2": [3, 3, 4, 5]},
        }
    }


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda t: t["small.h5"]["layers"].update(conv1_1=[3, 3, 4, 4]), r"conv1_1/index is uint8"),
        (
            lambda t: t["small.h5"]["layers"].update(conv1_2=[3, 3, 4, 6]),
            r"conv1_2/kernel is float",
        ),
        (
            lambda t: t["small.h5"]["layers"].update(conv9_9=[3, 3, 4, 5]),
            "conv9_9/index is missing",
        ),
        (lambda t: t["small.h5"]["layers"].update(conv1_1=[3, 3]), "no entry"),
        (lambda t: t["small.h5"]["layers"].update(conv1_1="3"), "no entry"),
        (lambda t: t["small.h5"].pop("sha256"), "no entry 'small.h5'"),
        (lambda t: t["small.h5"].update(layers=[]), "no entry"),
        (lambda t: t.update({"small.h5": None}), "no entry"),
        (lambda t: t.clear(), "no entry 'small.h5'"),
    ],
)
def test_a_manifest_that_does_not_fit(small, change, match):
    edit_manifest(small, change)
    refused(match)


@pytest.mark.parametrize("shape", [[3, 3, 3.0, 4], [3, 3, True, 4], [3, 3, "3", 4], [[[]]] * 4])
def test_shapes_in_a_manifest_are_whole_numbers(small, shape):
    edit_manifest(small, lambda table: table["small.h5"]["layers"].update(conv1_1=shape))
    refused("no entry")


def test_files_that_weights_were_made_from_are_known_again(small):
    files = [small.with_name(name) for name in ("a.pth", "b.pth")]
    for file in files:
        file.write_text(file.name)
    digest = hashlib.sha256(b"b.pth").hexdigest()
    for sources in (files, files[1:]):
        edit_manifest(small, lambda t, s=sources: t["small.h5"].update(manifest.of_sources(s)))
        assert manifest.known_source(small, "b.pth") == (digest, 5)
        assert manifest.known_source(small, "c.pth") is None
    for broken in ([3], ["b.pth"], {}, None):
        edit_manifest(small, lambda t, b=broken: t.update({"small.h5": {"sources": b}}))
        assert manifest.known_source(small, "b.pth") is None


def test_a_pipe_in_the_place_of_the_manifest(small):
    small.with_name("manifest.json").unlink()
    os.mkfifo(small.with_name("manifest.json"))
    refused("manifest.json: it is not a regular file")


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "\x00", "[" * 10**5, '{"small.h5"'])
def test_a_broken_manifest(small, text):
    small.with_name("manifest.json").write_text(text)
    refused("manifest.json")


def test_a_missing_manifest(small):
    small.with_name("manifest.json").unlink()
    refused("manifest.json")


@pytest.fixture
def means(small) -> Path:
    return store.save_means("small", MEANS, {"source": "two pictures"})


def test_the_manifest_says_whose_the_means_are(means, small):
    entries = json.loads(small.with_name("manifest.json").read_text())
    assert entries["small_means.h5"] == {
        "backbone": "small",
        "licence": "none",
        "source": "two pictures",
        "sha256": hashlib.sha256(means.read_bytes()).hexdigest(),
        "weights_sha256": entries["small.h5"]["sha256"],
        "layers": {"conv1_1": [4], "conv1_2": [5]},
    }
    before = means.read_bytes()
    store.save_means("small", dict(reversed(MEANS.items())), {})
    assert means.read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.pop("small_means.h5"),
        lambda t: t["small_means.h5"].pop("sha256"),
        lambda t: t["small_means.h5"]["layers"].update(conv1_1=[3, 3, 3, 4]),
    ],
)
def test_a_manifest_that_does_not_fit_the_means(means, change):
    edit_manifest(means, change)
    refused("no entry 'small_means.h5'", normalized=True)

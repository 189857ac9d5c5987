"""Means beside weights, which `store.load` divides by, and of which weights they are."""

import json
from pathlib import Path

import numpy as np
import pytest
from helpers_store import MEAN, MEANS, refused, save, small_layers

from jnst.errors import InputError
from jnst.weights import manifest, store


@pytest.fixture
def means(small) -> Path:
    return store.save_means("small", MEANS, {"source": "two pictures"})


def test_normalised_weights_are_divided_by_the_means(means):
    plain, normalised = store.load("small"), store.load("small", normalized=True)
    scales = [MEANS["conv1_1"], np.float32([5, 6, 7, 8, 1])]  # no mean, no rescaling
    first = plain["conv1_1"]["kernel"] / scales[0]
    second = plain["conv1_2"]["kernel"] * scales[0][:, None] / scales[1]
    for layer, kernel, scale in zip(MEANS, (first, second), scales, strict=True):
        np.testing.assert_allclose(normalised[layer]["kernel"], kernel, rtol=1e-6)
        bias = plain[layer]["bias"] / scale
        np.testing.assert_allclose(normalised[layer]["bias"], bias, rtol=1e-6)
        assert {array.dtype for array in normalised[layer].values()} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(normalised["input"]["mean"], MEAN)


def test_weights_without_means_load_but_not_normalised(small):
    store.load("small")
    hint = "'jnst weights measure PICTURES --backbone small'"
    refused(f"no small_means.h5 in .*make it with {hint}", normalized=True)


def test_means_without_weights(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    refused("small.h5 not found", normalized=True)
    with pytest.raises(InputError, match=r"small\.h5 not found"):
        store.save_means("small", MEANS, {})


def test_means_of_another_folder_are_not_taken(means, tmp_path, monkeypatch):
    monkeypatch.setattr(store, "PACKAGE", tmp_path / "jnst")
    monkeypatch.delenv("JNST_WEIGHTS")
    save(tmp_path / "weights", small_layers())
    (tmp_path / "jnst").mkdir()
    for name in ("small.h5", "small_means.h5", "manifest.json"):
        (tmp_path / "jnst/weights").mkdir(exist_ok=True)
        (tmp_path / "jnst/weights" / name).write_bytes((tmp_path / name).read_bytes())
    refused("no small_means.h5", normalized=True)


def test_any_flipped_byte_of_the_means_is_noticed(means):
    data = means.read_bytes()
    for position in (*range(0, len(data), 499), len(data) - 1):
        damaged = bytearray(data)
        damaged[position] ^= 1
        means.write_bytes(damaged)
        refused("small_means.h5 do not have the SHA-256.*jnst weights measure", normalized=True)
    store.load("small")


def test_means_of_other_weights_are_refused(means, small):
    save(small.parent, {**small_layers(), "input": {"mean": MEAN + 1}})
    store.load("small")
    refused("small_means.h5 was measured with other weights", normalized=True)


def test_means_of_nobody_knows_which_weights_are_refused(means):
    path = means.with_name(manifest.NAME)
    entries = json.loads(path.read_text())
    del entries[means.name]["weights_sha256"]
    path.write_text(json.dumps(entries))
    refused("small_means.h5 was measured with other weights", normalized=True)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"conv1_2": MEANS["conv1_1"]}, r"conv1_2/mean is float32 \(4,\)"),
        ({"conv1_2": -MEANS["conv1_2"]}, "not negative"),
        ({"conv1_2": MEANS["conv1_2"] * np.float32(np.nan)}, "finite"),
    ],
)
def test_means_that_do_not_fit(small, change, match):
    store.save_means("small", MEANS | change, {})
    refused(match, normalized=True)


def test_means_that_are_missing_for_a_layer(small):
    store.save_means("small", {"conv1_1": MEANS["conv1_1"]}, {})
    refused("small_means.h5 are broken: conv1_2/mean is missing", normalized=True)

"""Decoders that jnst trained become weights of a method."""

import jax
import numpy as np
import pytest
from flax import nnx
from hypothesis import given
from hypothesis import strategies as st

import jnst.cli
from jnst.errors import InputError
from jnst.feedforward import trainable
from jnst.feedforward.networks.vgg import encoder_params
from jnst.training.painter import Painter
from jnst.weights import convert_trained, onepass, store, trained


def write(folder, network, *, seed=0):
    design = trainable.Design(network, 1.0, ())
    params = jax.tree.map(
        np.array, Painter(trainable.network(design).table, rngs=nnx.Rngs(seed)).params
    )
    if design.level:
        params |= encoder_params(store.load("vgg19", normalized=True), design.level)
    path = folder / f"{network}.jnst"
    trained.write(path, trained.Trained(design, params, {"photographs": ["a", "b"]}))
    return path, params


@given(st.lists(st.floats(-3, 3, width=32), min_size=1, max_size=30))
def test_eight_bits_are_half_a_step_off_at_most(numbers):
    kernel = np.array(numbers, np.float32)
    index, zero, step = convert_trained.quantize(kernel).values()
    assert index.dtype == np.uint8
    back = (index.astype(np.int32) + zero) * step
    assert np.abs(back - kernel).max() <= 0.51 * step
    assert not back[kernel == 0].any()


@pytest.mark.parametrize("names", [("adain",), ("wct3", "wct1", "wct2")])
def test_decoders_become_weights_of_a_method(names, tmp_path, monkeypatch, capsys):
    files, wanted = [], {}
    for name in names:
        path, params = write(tmp_path, name)
        files, wanted = [*files, str(path)], wanted | params
    (tmp_path / "weights").mkdir()
    for file in ("vgg19.h5", "vgg19_means.h5", "manifest.json"):
        (tmp_path / "weights" / file).write_bytes((store.folders()[0] / file).read_bytes())
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path / "weights"))
    assert jnst.cli.main(["weights", "convert", *files]) == 0
    method = names[0].rstrip("3")
    assert capsys.readouterr().out == f"wrote {tmp_path / 'weights' / method}.h5\n"
    _, found = onepass.load(method)
    assert found.keys() == wanted.keys()
    for row, kinds in wanted.items():
        for kind, array in kinds.items():
            error = np.abs(found[row][kind] - array).max()
            assert error <= 0.005 * np.abs(array).max(), f"{row}/{kind}"
    other = str(tmp_path / "other.h5")
    for words in ([], ["-o", other]):
        assert jnst.cli.main(["weights", "convert", *files, *words]) == 0
    before = (tmp_path / "weights" / f"{method}.h5").read_bytes()
    write(tmp_path, names[0], seed=1)
    capsys.readouterr()
    assert jnst.cli.main(["weights", "convert", *files]) == 2
    said = capsys.readouterr().err
    made = " and ".join(f"{name}.jnst" for name in names)
    assert f"{method}.h5 is there already with other numbers, from {made}, and is not" in said
    assert (tmp_path / "weights" / f"{method}.h5").read_bytes() == before
    assert jnst.cli.main(["weights", "convert", *files, "-o", other]) == 0


@pytest.mark.parametrize("names", [("wct1",), ("wct1", "adain"), ("ghiasi",)])
def test_what_makes_no_method_is_refused(names, tmp_path):
    paths = [write(tmp_path, name)[0] for name in names]
    with pytest.raises(InputError, match="only an adain, or wct3 and wct2 and wct1 together"):
        convert_trained.read(paths)


def test_a_decoder_of_another_encoder_is_refused(tmp_path, monkeypatch):
    path, _ = write(tmp_path, "wct1")
    real = store.load("vgg19", normalized=True)
    moved = {row: {kind: 2 * array for kind, array in kinds.items()} for row, kinds in real.items()}
    monkeypatch.setattr(store, "load", lambda name, normalized: moved)
    with pytest.raises(InputError, match="trained with other weights or means of VGG19"):
        trained.read(path)

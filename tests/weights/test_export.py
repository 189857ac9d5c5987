"""Networks as their projects load them: the published file comes out as it went in."""

from pathlib import Path

import numpy as np
import pytest
from painters import NETS, here, load, random_params

from jnst.errors import InputError
from jnst.feedforward import trainable
from jnst.feedforward.networks.vgg import encoder_params
from jnst.feedforward.registry import NETWORKS
from jnst.weights import store, trained
from jnst.weights.export import export
from jnst.weights.formats import torchfile
from jnst.weights.onepass import open_file


def written(folder, network, params):
    source = folder / "a.jnst"
    trained.write(source, trained.Trained(trainable.Design(network, 1.0, ("a",)), params, {}))
    export(source, folder / "a.pth")
    return torchfile.read(folder / "a.pth")


@here("mobilejohnson_mosaic.pth")
def test_a_published_file_comes_out_as_it_went_in(tmp_path):
    path = NETS / "mobilejohnson_mosaic.pth"
    found, expected = written(tmp_path, *open_file(path)), torchfile.read(path)
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, err_msg=name)


@here("johnson_mosaic_f16.npz")
def test_the_names_are_those_of_torchs_examples(tmp_path):
    published = load(NETS / "johnson_mosaic_f16.npz")
    params = random_params(np.random.default_rng(0), NETWORKS["johnson"].table, np.float32)
    found = written(tmp_path, "johnson", params)
    assert {k: v.shape for k, v in found.items()} == {k: v.shape for k, v in published.items()}


def test_the_decoder_of_adain_is_a_sequence_of_torchs(tmp_path):
    params = random_params(np.random.default_rng(0), NETWORKS["adain"].table, np.float32)
    params |= encoder_params(store.load("vgg19", normalized=True), 4)
    found = written(tmp_path, "adain", params)
    # Mirroring, convolution, ReLU, and where the size doubles one more, each has a place.
    places = (1, 5, 8, 11, 14, 18, 21, 25, 28)
    assert set(found) == {f"{i}.{kind}" for i in places for kind in ("weight", "bias")}
    assert found["1.weight"].shape == (256, 512, 3, 3)
    kernel = params["decoder/conv1_1"]["kernel"]
    np.testing.assert_array_equal(found["28.weight"], kernel.transpose(3, 2, 0, 1))


def test_other_networks_and_other_names_of_files_are_refused(tmp_path):
    design = trainable.Design("lengstrom", 0.1, ("a",))
    table = trainable.network(design).table
    params = random_params(np.random.default_rng(0), table, np.float32)
    trained.write(tmp_path / "a.jnst", trained.Trained(design, params, {}))
    for source, output, message in [
        (
            "a.jnst",
            "b.pth",
            "is of network lengstrom, which has no state dict of torch; those that",
        ),
        ("a.jnst", "b.npz", "'.npz'; choose from .pth, .model"),
        ("a.pth", "b.pth", "'.pth'; choose from .jnst"),
        ("none.jnst", "b.pth", "No such file"),
    ]:
        with pytest.raises(InputError, match=message):
            export(tmp_path / source, tmp_path / output)
    assert [path.name for path in Path(tmp_path).iterdir()] == ["a.jnst"]

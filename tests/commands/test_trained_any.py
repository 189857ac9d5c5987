"""Trained networks that take any painting, from the command line."""

import numpy as np
from painters import random_params

import jnst.cli
from jnst.feedforward import trainable
from jnst.feedforward.networks.vgg import encoder_params
from jnst.pictures import files
from jnst.weights import store, trained


def test_a_trained_network_that_takes_any_painting_goes_with_one(tmp_path, capsys):
    for name in ("msgnet", "wct1"):
        design = trainable.Design(name, 0.1 if name == "msgnet" else 1.0, ())
        table = trainable.network(design).table
        params = random_params(np.random.default_rng(0), table, np.float32)
        if design.level:
            params |= encoder_params(store.load("vgg19", normalized=True), design.level)
        trained.write(tmp_path / f"{name}.jnst", trained.Trained(design, params, {}))
    painting, other, photo = (tmp_path / f"{name}.png" for name in ("painting", "other", "photo"))
    for i, path in enumerate((painting, other, photo)):
        files.write(path, np.random.default_rng(i).random((1, 24, 24, 3)))
    network = str(tmp_path / "msgnet.jnst")
    made = []
    blended = [painting, other, "--blend", 3, 1]
    for styles in ([painting], [other], [painting, other], blended, [painting, "--strength", 0.5]):
        out = tmp_path / f"{len(made)}.png"
        words = ["stylize", str(photo), network, *map(str, styles), "-o", str(out), "--no-cache"]
        assert jnst.cli.main(words) == 0
        made.append(files.read(out))
    assert not np.array_equal(made[0], made[1])
    assert not np.array_equal(made[0], made[2])
    assert not np.array_equal(made[2], made[3])
    assert not np.array_equal(made[4], made[0])
    capsys.readouterr()
    for words, message in {
        network: "msgnet.jnst takes any painting; give one beside it",
        f"{tmp_path / 'wct1.jnst'}": "wct1.jnst is a decoder of wct1, and paints no style",
    }.items():
        assert jnst.cli.main(["stylize", str(photo), words, "--no-cache"]) == 2
        told = capsys.readouterr().err
        assert message in told
        assert told.count("\n") == 1

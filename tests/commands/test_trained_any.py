"""Trained networks that take any painting, from the command line: of one picture, and of many."""

import os
from unittest import mock

import numpy as np
import pytest
from helpers import check_refused
from painters import random_params

import jnst.cli
from jnst.feedforward import trainable
from jnst.feedforward.networks.vgg import encoder_params
from jnst.pictures import files
from jnst.transfer.onepass import styles as measuring
from jnst.weights import store, trained

FAST = ["--engine", "byhand", "--canvas", "1", "--no-cache", "--quiet"]


def write(path, name, *, width=1.0, own=()):
    design = trainable.Design(name, width, own)
    table = trainable.network(design).table
    params = random_params(np.random.default_rng(0), table, np.float32)
    if design.level:
        params |= encoder_params(store.load("vgg19", normalized=True), design.level)
    trained.write(path, trained.Trained(design, params, {}))


def test_a_trained_network_that_takes_any_painting_goes_with_one(tmp_path, capsys):
    write(tmp_path / "msgnet.jnst", "msgnet", width=0.1)
    write(tmp_path / "wct1.jnst", "wct1")
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


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder with photographs, paintings, and networks of both kinds."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    for name in ("photos/a", "photos/b", "paintings/one", "paintings/two"):
        os.makedirs(os.path.dirname(name), exist_ok=True)
        files.write(f"{name}.png", rng.random((1, 24, 24, 3)))
    write(tmp_path / "msgnet.jnst", "msgnet", width=0.1)
    write(tmp_path / "both.jnst", "multistyle-mobile", width=0.1, own=("sea", "wood"))


def batch(*words):
    return jnst.cli.main(["stylize", "--batch", *words, "--out", "out", *FAST])


def test_a_batch_paints_like_each_painting_and_measures_it_once(folder):
    measured = mock.patch.object(measuring, "run", wraps=measuring.run)
    read = mock.patch.object(trained, "read", wraps=trained.read)
    with measured as measure, read as reading:
        given = ["paintings", "msgnet.jnst", "--strength", "0.7"]
        assert batch("photos", "--styles", *given) == 0
    names = [f"{photo}-{style}-msgnet.png" for photo in "ab" for style in ("one", "two")]
    assert sorted(os.listdir("out")) == [*names, "batch.csv"]
    assert reading.call_count == 1
    assert measure.call_count == 4, "two paintings, and for the strength two photographs"
    words = ["photos/b.png", "paintings/two.png", "msgnet.jnst", "--strength", "0.7"]
    assert jnst.cli.main(["stylize", *words, *FAST, "-o", "single.png"]) == 0
    assert np.array_equal(files.read("single.png"), files.read("out/b-two-msgnet.png"))
    assert batch("photos", "--styles", *given) == 0
    assert jnst.cli.main(["stylize", "--like", "single.png", "--no-cache", "-o", "again.png"]) == 0
    assert np.array_equal(files.read("single.png"), files.read("again.png"))


def test_a_table_names_the_style_of_a_network_in_each_row(folder):
    rows = ["content,style,network,style_number,output", "photos/a.png,both.jnst,,sea,0.png"]
    rows += ["photos/a.png,,both.jnst,1,1.png", "photos/a.png,,both.jnst,sea wood,2.png"]
    rows += ["photos/a.png,paintings/one.png,msgnet.jnst,,3.png"]
    with open("pairs.csv", "w", encoding="utf-8") as stream:
        stream.write("\n".join(rows))
    assert batch("pairs.csv") == 0
    made = [files.read(f"out/{i}.png") for i in range(4)]
    words = {0: ["both.jnst", "--style-number", "0"], 1: ["both.jnst", "--style-number", "wood"]}
    words |= {2: [*words[0], "wood"], 3: ["paintings/one.png", "msgnet.jnst"]}
    for i, style in words.items():
        single = ["stylize", "photos/a.png", *style, *FAST, "-o", f"{i}.png"]
        assert jnst.cli.main(single) == 0
        assert np.array_equal(files.read(f"{i}.png"), made[i])
        assert not any(np.array_equal(made[i], other) for other in made[:i])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["photos", "--styles", "msgnet.jnst"], "msgnet.jnst takes any painting; give one beside"),
        (["photos", "--styles", "both.jnst"], "both.jnst needs --style-number, a na"),
        (
            ["photos", "--styles", "both.jnst", "--style-number", "lake"],
            "both.jnst: unknown --style-number 'lake'; choose from sea, wood",
        ),
        (
            ["photos", "--styles", "paintings", "both.jnst", "--style-number", "0"],
            "paintings/one.png is a painting, and both.jnst has a style of its own; leave out one",
        ),
        (
            ["photos", "--styles", "both.jnst", "--style-number", "0", "--strength", "0.5"],
            "--strength is for networks that take any painting",
        ),
        (
            ["photos", "--styles", "paintings", "msgnet.jnst", "--blend", "1", "2"],
            "blend is for several styles in one picture; leave it out",
        ),
        (["photos", "--styles", "paintings", "none.png"], "cannot read 'none.png'"),
        (["pairs.csv"], "both.jnst: unknown --style-number 'lake'; choose from sea, wood"),
    ],
)
def test_what_goes_with_no_picture_is_refused_whole(words, says, folder, capsys):
    with open("pairs.csv", "w", encoding="utf-8") as stream:
        stream.write("content,style,style_number\nphotos/a.png,both.jnst,lake")
    before = sorted(os.listdir())
    check_refused(batch(*words), capsys.readouterr(), says, before)


def test_styles_of_a_network_are_blended_in_a_batch(folder):
    numbers = ["--style-number", "sea", "wood"]
    assert batch("photos", "--styles", "both.jnst", *numbers, "--blend", "1", "2") == 0
    even, found = "even.png", files.read("out/a-both-sea-wood.png")
    single = ["stylize", "photos/a.png", "both.jnst", *numbers, *FAST]
    assert jnst.cli.main([*single, "--blend", "1", "2", "-o", "blended.png"]) == 0
    assert jnst.cli.main([*single, "-o", even]) == 0
    assert np.array_equal(files.read("blended.png"), found)
    assert not np.array_equal(files.read(even), found)

"""`jnst stylize` in one pass: its options, its metadata, networks in files, what is refused."""

import os
import shutil

import numpy as np
import PIL.Image
import pytest
from helpers import check_refused
from painters import NETS, here, load, oracles

import jnst.cli
from jnst.errors import InputError
from jnst.pictures import files, samples
from jnst.transfer import method
from jnst.weights import onepass
from jnst.weights.convert_onepass import convert

FAST = ["--no-cache", "--engine", "byhand", "--size", "37"]
SEVEN = ["--method", "multistyle", "--style-number", "7", *FAST]
MOSAIC = "mobilejohnson_mosaic.pth"


pytestmark = pytest.mark.usefixtures("small_styles")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    PIL.Image.fromarray(samples.content()[:120, :200]).save("photo.png")
    PIL.Image.fromarray(samples.content()[:64, 200:300]).save("painting.png")


def run(*arguments):
    return jnst.cli.main(["stylize", *map(str, arguments)])


def test_instant_paints_and_says_so(capsys):
    assert run("photo.png", "painting.png", "--quality", "instant", *FAST) == 0
    assert capsys.readouterr().out.startswith("wrote photo-painting.png (37 x 22), in ")
    recorded = files.read_settings("photo-painting.png")
    assert (recorded["method"], recorded["styles"]) == ("ghiasi", ["painting.png"])
    assert run("--like", "photo-painting.png", "--no-cache", "-o", "again.png") == 0
    assert files.read_settings("again.png") == recorded
    np.testing.assert_array_equal(files.read("again.png"), files.read("photo-painting.png"))


def test_styles_by_number_blended_with_alpha_and_16_bit():
    picture = np.array(PIL.Image.open("photo.png").convert("RGBA"))
    picture[:, :100, 3] = 0
    PIL.Image.fromarray(picture).save("half.png")
    options = ["--style-number", "7", "19", "--blend", "1", "2", "--method", "multistyle", *FAST]
    assert run("half.png", *options, "--depth", "16", "--quiet", "-o", "x.png") == 0
    _, alpha = files.read_with_alpha("x.png")
    assert alpha is not None
    assert (alpha[0, :, :15].max(), alpha[0, :, 22:].min()) == (0, 1)
    assert files.depth("x.png") == 16
    assert files.read_settings("x.png")["style_number"] == [7, 19]


@here(MOSAIC)
def test_a_trained_network_takes_the_place_of_the_painting(capsys, monkeypatch):
    shutil.copy(NETS / MOSAIC, "mosaic.pth")
    assert run("photo.png", "mosaic.pth", *FAST) == 0
    assert capsys.readouterr().out.startswith("wrote photo-mosaic.png (37 x 22), in ")
    recorded = files.read_settings("photo-mosaic.png")
    assert (recorded["method"], recorded["styles"]) == ("trained", ["mosaic.pth"])
    assert run("--like", "photo-mosaic.png", "--no-cache", "--quiet", "-o", "again.png") == 0
    np.testing.assert_array_equal(files.read("again.png"), files.read("photo-mosaic.png"))
    os.mkdir("photos")
    for name in ("photo.png", "same.png"):
        shutil.copy("photo.png", f"photos/{name}")
    read, open_file = [], onepass.open_file
    monkeypatch.setattr(onepass, "open_file", lambda file: read.append(file) or open_file(file))
    words = ["--batch", "photos", "--styles", "mosaic.pth", "--out", "results", "--canvas", "1"]
    assert run(*words, *FAST, "--quiet") == 0
    assert len(read) == 1
    batch = files.read("results/photo-mosaic.png")
    np.testing.assert_array_equal(batch, files.read("photo-mosaic.png"))


@here(*oracles.PUBLISHED["microast"].files)
def test_microast_paints_as_the_others_do(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path / "weights"))
    convert([NETS], name="microast")
    words = ["photo.png", "painting.png", "--method", "microast", *FAST, "--quiet"]
    for name, more in {"full": [], "half": ["--strength", "0.5", "--colour", "luminance"]}.items():
        assert run(*words, *more, "-o", f"{name}.png") == 0
    assert files.read_settings("half.png")["strength"] == 0.5
    full, half = files.read("full.png"), files.read("half.png")
    assert full.shape == half.shape == (1, 22, 37, 3)
    assert np.abs(full - half).max() > 0.1


def test_a_batch_reads_the_weights_once(capsys, monkeypatch):
    names, load = [], onepass.load
    monkeypatch.setattr(onepass, "load", lambda name: names.append(name) or load(name))
    os.mkdir("photos")
    for name in ("a.png", "b.png"):
        shutil.copy("photo.png", f"photos/{name}")
    words = ["--batch", "photos", "--styles", "painting.png", "--out", "results", *FAST]
    assert run(*words, "--quality", "instant", "--quiet") == 0
    assert names == ["ghiasi"]
    one, other = (files.read(f"results/{name}-painting.png") for name in "ab")
    np.testing.assert_array_equal(one, other)
    assert run(*words, "--quality", "instant") == 0
    assert "0 painted, 2 skipped" in capsys.readouterr().out


def networks():
    """Leave files here that are no network, or a damaged one; return what is said of each."""
    np.savez("other.npz", **{"features.0.weight": np.ones((2, 2), np.float32)})
    np.savez("shapes.npz", **{"deconv1.conv2d.weight": np.ones((2, 2), np.float32)})
    with open("none.pth", "wb") as stream:
        stream.write(b"cos\nsystem\n(S'touch hacked'\ntR.")
    with open("text.pth", "w", encoding="utf-8") as stream:
        stream.write("a text of some lines\n" * 9)
    with open("empty.safetensors", "wb"):
        pass
    return {
        "other.npz": "other.npz holds none of the networks johnson, lengstrom, mobilejohnson",
        "shapes.npz": "shapes.npz: the tensor conv1.conv2d.weight is missing; wanted are (32, 3,",
        "none.pth": "cannot read none.pth as torch weights",
        "text.pth": "cannot read text.pth as torch weights: it is no file that torch has saved, or",
        "empty.safetensors": "cannot read empty.safetensors",
        "missing.pth": "cannot read missing.pth",
    }


@pytest.mark.parametrize(
    "name", ["other.npz", "shapes.npz", "none.pth", "text.pth", "empty.safetensors", "missing.pth"]
)
def test_files_that_are_no_network_are_refused_in_one_line(name, capsys):
    says, before = networks()[name], sorted(os.listdir())
    check_refused(run("photo.png", name, *FAST), capsys.readouterr(), says, before)
    assert not os.path.exists("hacked")


@here(MOSAIC)
def test_damaged_networks_are_refused_in_one_line(capsys):
    data = (NETS / MOSAIC).read_bytes()
    for name, damaged in {"cut.pth": data[: len(data) // 2], "late.pth": data[:-9]}.items():
        with open(name, "wb") as stream:
            stream.write(damaged)
        before = sorted(os.listdir())
        says = f"cannot read {name} as torch weights"
        check_refused(run("photo.png", name, *FAST), capsys.readouterr(), says, before)
    tensors = load(NETS / "johnson_mosaic_f16.npz")
    tensors["res3.conv2.conv2d.weight"][0, 0, 0, 0] = np.nan
    np.savez("nan.npz", **tensors)
    says, before = "res3.conv2.conv2d.weight has what is no number in it", sorted(os.listdir())
    check_refused(run("photo.png", "nan.npz", *FAST), capsys.readouterr(), says, before)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["--quality", "instant", "--steps", "9"],
            "--quality instant paints in one pass, to which --steps mea",
        ),
        (["--method", "ghiasi", "--quality", "best"], "to which --quality best means nothing"),
        (
            ["--method", "ghiasi", "--preset", "gatys2016"],
            "and method ghiasi paints in one pass",
        ),
        (
            ["--quality", "instant", "--plot"],
            "jnst: --quality instant paints in one pass, to which --plot means nothing; leave",
        ),
        (["--quality", "instant", "--save-every", "2"], "to which --save-every means nothing"),
        (["--quality", "instant", "--checkpoint", "run"], "to which --checkpoint means nothing"),
        (["--method", "adain"], "weights adain.h5 not found in"),
        (["--method", "microast"], "weights microast.h5 not found in"),
        (["--method", "multistyle"], "method multistyle needs --style-number, from 0 to 25"),
        (SEVEN, "method multistyle has styles of its own; leave out the painting"),
        (["--method", "wings"], "--method must be pixels, ghiasi, multistyle, adain"),
        (["a.pth", "b.pth"], "one trained network paints a picture, not a.pth and b.pth; leave"),
        (["--quality", "instant", "--start", "photo.png"], "begins with no picture; leave out --s"),
        (["--quality", "instant", "--size", "7"], "but method ghiasi needs at least 8 x 8"),
    ],
)
def test_what_means_nothing_is_refused_in_one_line(words, says, capsys, tmp_path, monkeypatch):
    before = sorted(os.listdir())
    status = run("photo.png", "painting.png", *words, "--no-cache")
    check_refused(status, capsys.readouterr(), says, before)


def test_a_batch_of_styles_by_number_needs_no_paintings(capsys):
    os.mkdir("photos")
    shutil.copy("photo.png", "photos/photo.png")
    words = ["--batch", "photos", "--out", "results", "--canvas", "1", *SEVEN]
    before = sorted(os.listdir())
    status = run(*words, "--styles", "painting.png")
    says = "method multistyle has styles of its own; leave out --styles"
    check_refused(status, capsys.readouterr(), says, before)
    assert run(*words, "--quiet") == 0
    assert run("photo.png", *SEVEN, "--quiet", "-o", "one.png") == 0
    np.testing.assert_array_equal(files.read("results/photo-7.png"), files.read("one.png"))
    assert run(*words, "--quiet") == 0
    with open("results/batch.csv", encoding="utf-8") as stream:
        assert "photos/photo.png,7,results/photo-7.png,skipped" in stream.read()


def table(*rows):
    with open("pairs.csv", "w", encoding="utf-8") as stream:
        stream.write("\n".join(rows))
    return ["--batch", "pairs.csv", "--out", "results", "--canvas", "1", *FAST]


def test_a_table_has_numbers_of_its_own_for_each_picture():
    words = table("content,style_number", "photo.png,7", "photo.png,7 19")
    assert run(*words, "--quiet") == 0
    assert files.read_settings("results/photo-7-19.png")["style_number"] == [7, 19]
    assert files.read_settings("results/photo-7.png")["method"] == "multistyle"
    one, other = (files.read(f"results/photo-{name}.png") for name in ("7", "7-19"))
    assert np.abs(one - other).max() > 0.1


@here(MOSAIC)
def test_a_table_may_mix_paintings_and_networks(tiny):
    shutil.copy(NETS / MOSAIC, "mosaic.pth")
    words = table("content,style", "photo.png,mosaic.pth", "photo.png,painting.png")
    assert run(*words, "--quiet", "--size", "16") == 0
    methods = [
        files.read_settings(f"results/photo-{x}.png")["method"] for x in ("mosaic", "painting")
    ]
    assert methods == ["trained", "pixels"]


@here(MOSAIC)
def test_weights_that_are_missing_later_cost_their_own_pictures_alone(monkeypatch, capsys):
    def missing(settings):
        raise InputError("weights not found")

    monkeypatch.setattr(method, "load", missing)
    shutil.copy(NETS / MOSAIC, "mosaic.pth")
    shutil.copy("photo.png", "other.png")
    rows = ["photo.png,mosaic.pth", "photo.png,painting.png", "other.png,mosaic.pth"]
    assert run(*table("content,style", *rows), "--quiet") == 1
    assert sorted(os.listdir("results")) == ["batch.csv", "other-mosaic.png", "photo-mosaic.png"]
    assert "weights not found" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rows", "words", "says"),
    [
        (["style_number", "26"], [], "--style-number must be from 0 to 25, not 26"),
        (["style_number", "7"], ["--steps", "9"], "in one pass, to which --steps means nothing"),
        (["style_number", "7"], SEVEN[:4], "the numbers for method multistyle are its column styl"),
        (
            ["style_number", "7"],
            ["--method", "ghiasi"],
            "method ghiasi was asked for; leave out one",
        ),
        (
            ["style", "a.pth"],
            ["--method", "ghiasi"],
            "takes the place of the painting, and method",
        ),
        (["style", "a.pth"], ["--quality", "best"], "to which --quality best means nothing"),
        (["style", "a.pth"], ["--steps", "9"], "a trained network paints in one pass, to which"),
    ],
)
def test_a_table_that_does_not_go_with_the_settings_is_refused_whole(rows, words, says, capsys):
    batch = table(f"content,{rows[0]}", f"photo.png,{rows[1]}")
    before = sorted(os.listdir())
    check_refused(run(*batch, *words), capsys.readouterr(), says, before)


def halves():
    """Leave a mask of the left half here, and one of the right."""
    left = np.zeros((120, 200), np.uint8)
    left[:, :100] = 255
    for name, mask in {"left.png": left, "right.png": 255 - left}.items():
        PIL.Image.fromarray(mask).save(name)
    return ["--masks", "left.png", "right.png"]


def test_numbers_go_into_masks_and_names_as_paintings_do():
    words = ["photo.png", "--method", "multistyle", *FAST, "--quiet"]
    assert run(*words, "--style-number", "3", "9") == 0
    assert os.path.exists("photo-3-9.png")  # named as in a batch
    assert run(*words, "--style-number", "3", "9", *halves(), "-o", "both.png") == 0
    for number in ("3", "9"):
        assert run(*words, "--style-number", number, "-o", f"{number}.png") == 0
    both, three, nine = (files.read(f"{name}.png") for name in ("both", "3", "9"))
    np.testing.assert_array_equal(both[:, :, :17], three[:, :, :17])
    np.testing.assert_array_equal(both[:, :, 20:], nine[:, :, 20:])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["painting.png", "--quality", "instant"],
            "there are 2 masks, but 1 painting; give one pai",
        ),
        (
            ["painting.png", "photo.png", "--quality", "instant", "--blend", "1", "2"],
            "each style has a region of its own, in which method ghiasi has nothing to blend it",
        ),
        (
            ["--method", "multistyle", "--style-number", "1", "2", "3"],
            "there are 2 masks, but 3 styles; give one style for each mask",
        ),
        (
            ["--method", "multistyle", "--style-number", "1", "--style-masks", "left.png"],
            "are parts of paintings, and method multistyle has none",
        ),
    ],
)
def test_regions_that_do_not_go_with_the_styles_are_refused(words, says, capsys):
    masks = halves()
    before = sorted(os.listdir())
    check_refused(run("photo.png", *words, *masks, *FAST), capsys.readouterr(), says, before)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["--quality", "instant", "--preset", "gatys2016"],
            "--preset gatys2016 says how pixels are",
        ),
        (["--quality", "instant", "--method", "pixels"], "and method pixels step by step; leave"),
        (
            ["--like", "instant.png", "--quality", "normal"],
            "--quality normal means nothing; leave i",
        ),
    ],
)
def test_words_that_contradict_each_other_are_refused(words, says, capsys):
    files.write("instant.png", np.zeros((8, 8, 3)), settings={"method": "ghiasi"}, software="jnst")
    before = sorted(os.listdir())
    check_refused(run("photo.png", "painting.png", *words), capsys.readouterr(), says, before)


@here(MOSAIC)
def test_an_instant_batch_takes_paintings_networks_and_numbers():
    for folder in ("photos", "styles"):
        os.mkdir(folder)
    shutil.copy("photo.png", "photos/photo.png")
    shutil.copy("painting.png", "styles/painting.png")
    shutil.copy(NETS / MOSAIC, "styles/mosaic.pth")
    words = [*FAST, "--quality", "instant", "--quiet", "--out", "results"]
    assert run("--batch", "photos", "--styles", "styles", *words) == 0
    assert run(*table("content,style_number", "photo.png,7"), *words) == 0
    methods = {"mosaic": "trained", "painting": "ghiasi", "7": "multistyle"}
    for name, painted_by in methods.items():
        assert files.read_settings(f"results/photo-{name}.png")["method"] == painted_by
    with open("results/batch.csv", encoding="utf-8") as stream:
        rows = stream.read().split()[1:]
    assert len(rows) == 3
    assert all(row.endswith(",") for row in rows)  # there is no loss


@here(MOSAIC)
def test_a_network_by_its_bare_name_is_looked_for_among_the_weights(monkeypatch, tmp_path):
    os.mkdir("weights")
    shutil.copy(NETS / MOSAIC, "weights/mosaic.pth")
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path / "weights"))
    assert run("photo.png", "mosaic.pth", *FAST, "--quiet") == 0
    assert run("--like", "photo-mosaic.png", "--no-cache", "--quiet", "-o", "again.png") == 0
    np.testing.assert_array_equal(files.read("again.png"), files.read("photo-mosaic.png"))

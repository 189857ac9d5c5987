"""`jnst stylize --batch`, from its options to its files."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from helpers import ROOT, check_refused
from helpers_batch import SIZES, SMALL, make_pictures, run, spoil, table

import jnst.cli
from jnst.errors import InputError
from jnst.pictures import files
from jnst.system import disk

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture(autouse=True)
def _photos_and_a_painting(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_pictures()


def test_it_goes_on_after_bad_files_and_says_what_became_of_each(capsys):
    spoil()
    Path("photos/notes.txt").touch()
    assert run() == 1
    told = capsys.readouterr()
    good = [f"{i}-painting.png" for i in range(len(SIZES))]
    assert sorted(os.listdir("out")) == [*good, "batch.csv"]
    shapes = [files.read(f"out/{name}").shape[2:0:-1] for name in good]
    assert shapes == [*SIZES[:5], (32, 30)], "each in its own size, whatever its canvas was"
    lines = told.err.splitlines()
    assert lines[0] == "jnst: left out, no pictures: folder.png/, notes.txt"
    assert len(lines) == 13
    assert lines[1].startswith("1/12 out/0-painting.png painted in ")
    assert lines[11] == (
        "jnst: 11/12 out/text[b]-painting.png failed: cannot read 'photos/text[b].jpg' as a "
        f"picture: its format is none of {', '.join(files.READABLE)}"
    )
    assert "6 painted, 0 skipped, 6 failed in " in told.out
    assert "photos/text[b].jpg" in told.out
    rows = table()
    assert [row["status"] for row in rows] == ["painted"] * 6 + ["failed"] * 6
    assert rows[0]["content"] == "photos/0.png"
    assert rows[0]["output"] == "out/0-painting.png"
    assert float(rows[0]["loss"]) > 0 < float(rows[0]["seconds"])
    says = ["cut off", "is empty", "not a regular file", "not a regular file", "format", "1 x 1"]
    for row, reason in zip(rows[6:], says, strict=True):
        assert reason in row["reason"]
        assert row["loss"] == ""


def test_a_picture_is_what_stylize_makes_and_makes_itself_again():
    recoloured = ["--colour", "histogram"]  # by which a style is another for each photograph
    words = ["stylize", "photos/1.png", "painting.png", *SMALL, *recoloured, "--quiet"]
    assert run("--canvas", 1, *recoloured) == 0
    assert jnst.cli.main([*words, "-o", "alone.png"]) == 0
    np.testing.assert_array_equal(files.read("alone.png"), files.read("out/1-painting.png"))
    assert run(*recoloured) == 0
    made = Path("out/1-painting.png").read_bytes()
    assert jnst.cli.main([*words, "-o", "alone.png", "--canvas", "4"]) == 0
    assert Path("alone.png").read_bytes() == made
    assert jnst.cli.main(["stylize", "--like", "out/1-painting.png", "-o", "again.png"]) == 0
    assert Path("again.png").read_bytes() == made


def test_a_second_run_paints_what_is_missing_broken_or_made_otherwise(capsys):
    assert run("--quiet") == 0
    os.remove("out/0-painting.png")
    Path("out/1-painting.png").write_bytes(b"")
    PIL.Image.new("RGB", (3, 3), "red").save("out/2-painting.png")
    assert run() == 1
    assert [row["status"] for row in table()] == ["painted", "painted", "failed"] + ["skipped"] * 3
    assert table()[1]["reason"] == "anew: it was empty"
    assert "exists and was not made by jnst, so it is left alone" in capsys.readouterr().err
    assert files.read("out/2-painting.png").shape == (1, 3, 3, 3)
    os.remove("out/2-painting.png")
    assert run("--tv-weight", "1") == 0
    assert [row["status"] for row in table()] == ["painted"] * 6
    reasons = ["", *["anew: tv_weight was 0.05, is 1.0"] * 3]
    assert [row["reason"] for row in table()[2:]] == reasons
    assert files.read_settings("out/5-painting.png")["tv_weight"] == 1


def test_a_table_that_cannot_be_written_any_more_is_said_once(monkeypatch, capsys):
    def refused(path, rows):
        raise InputError("cannot write the table: the disk is full")

    monkeypatch.setattr(disk, "write_table", refused)
    assert run() == 1
    told = capsys.readouterr()
    assert told.err.count("the disk is full") == 1
    assert "6 painted, 0 skipped, 0 failed" in told.out
    assert len(os.listdir("out")) == 6


def test_sixteen_bits_are_asked_for_and_seen():
    assert run("--quiet") == 0
    assert files.depth("out/0-painting.png") == 8
    assert run("--quiet", "--depth", "16") == 0
    assert files.depth("out/0-painting.png") == 16
    assert table()[0]["reason"] == "anew: depth was 8, is 16"
    assert run("--quiet", "--depth", "16") == 0
    assert {row["status"] for row in table()} == {"skipped"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are text")
def test_a_name_that_is_no_text_is_in_the_table_as_it_is():
    os.rename(b"photos/0.png", b"photos/\xff.png")
    for status in ("painted", "skipped"):
        assert run("--quiet") == 0
        rows = Path("out/batch.csv").read_bytes().splitlines()
        assert rows[-1].startswith(
            b"photos/\xff.png,painting.png,out/\xff-painting.png," + status.encode()
        )


def test_a_table_of_pairs_and_several_styles():
    os.mkdir("paintings")
    for name in ("p.png", "q.png"):
        PIL.Image.open("painting.png").rotate(90).save(f"paintings/{name}")
    rows = ["content,style,output", "photos/0.png,painting.png,deep/x.jpg"]
    rows += ["photos/gone.png,painting.png,", "photos/1.png,painting.png,"]
    Path("pairs.csv").write_text("\n".join(rows), "utf-8")
    words = ["stylize", *SMALL, "--quiet", "--out", "out", "--batch"]
    assert jnst.cli.main([*words, "pairs.csv"]) == 1
    assert [row["status"] for row in table()] == ["painted", "failed", "painted"]
    assert files.read("out/deep/x.jpg").shape == (1, 32, 32, 3)
    assert "No such file" in table()[1]["reason"]
    assert jnst.cli.main([*words, "photos", "--styles", "paintings", "--steps", "1"]) == 0
    assert len(os.listdir("out")) == 2 + 2 * len(SIZES) + 1


@pytest.mark.parametrize("colour", ["luminance", "histogram"])
def test_alpha_and_colours_are_those_of_the_picture_without_its_canvas(colour):
    photo = PIL.Image.open("photos/1.png").convert("RGB")
    alpha = PIL.Image.linear_gradient("L").resize(photo.size)
    photo.putalpha(alpha)
    photo.save("photos/1.png")
    settings = ["--colour", colour, "--content-weight", "100", "--style-weight", "0"]
    assert run(*settings, "--tv-weight", "0") == 0
    with PIL.Image.open("out/1-painting.png") as picture:
        np.testing.assert_array_equal(np.asarray(picture.getchannel("A")), np.asarray(alpha))
        painted = np.asarray(picture.convert("RGB")) / 255  # alone: `read` lays it over white
    # All weight on the content, from the content: what comes out is what went in.
    np.testing.assert_allclose(painted, files.read("photos/1.png")[0], atol=0.02)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--style-layers", "relu9_9"], "unknown layer of vgg19 'relu9_9'"),
        (["--canvas", "0"], "canvas must be a number of at least 1, not 0"),
        (["--blend", "1"], "blend is for several styles in one picture"),
        (["--plot"], "--plot and --batch do not go together"),
        (["--save-every", "2"], "--save-every and --batch do not go together"),
        (["-o", "x.png"], "--output and --batch do not go together"),
        (["--like", "like.png"], "--like and --batch do not go together"),
        (["--start", "painting.png"], "pictures by name and --batch do not go together"),
        (["--styles", "none.png"], "cannot read 'none.png'"),
        (["--styles", "pairs.csv"], "cannot read 'pairs.csv' as a picture"),
        (["--batch", "none"], "--batch must be a folder of pictures or a .csv, not 'none'"),
        (["--batch", "painting.png"], "--batch must be a folder of pictures or a .csv"),
        (["--batch", "pairs.csv"], "--styles goes with a folder of pictures"),
        (["--out", "painting.png"], "cannot make the folder 'painting.png'"),
        (["--out", "photos", "--styles", "photos/0.png"], "x"),
    ],
)
def test_what_can_never_be_painted_is_one_line_and_status_2(arguments, says, capsys):
    Path("pairs.csv").write_text("content,style\nphotos/0.png,painting.png\n", "utf-8")
    words = ["stylize", "photos/0.png", "painting.png", *SMALL, "-o", "like.png", "--quiet"]
    assert jnst.cli.main(words) == 0
    if says == "x":  # what the last run made would be painted again
        PIL.Image.new("RGB", (32, 32)).save("photos/0-0.png")
        says = "photos/0-0.png is one of the outputs too"
    capsys.readouterr()
    before = sorted(os.listdir())
    status = run(*arguments)
    os.path.isdir("out") and os.rmdir("out")
    check_refused(status, capsys.readouterr(), says, before)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--batch", "photos", "--out", "out"], "--batch needs --styles"),
        (["--batch", "photos", "--styles", "painting.png"], "--batch needs --out"),
        (["--styles", "painting.png"], "--styles and --out go with --batch"),
        (["photos/0.png", "painting.png", "--out", "x.png"], "did you mean --output?"),
        (["--batch", "out/batch.csv", "--out", "out"], "out/batch.csv would be replaced"),
        (["--batch", "photos", "--styles", "painting.png", "--out", "photos"], "choose another"),
        (["--batch", "photos", "--styles", "out", "--out", "out"], "choose another"),
        (["--batch", "half.csv", "--out", "out"], "commas must stand between the columns"),
    ],
)
def test_what_is_missing_is_named(words, says, capsys):
    os.mkdir("out")
    Path("out/batch.csv").write_text("content,style\na.png,b.png\n", "utf-8")
    Path("half.csv").write_text("content;style\na.png;b.png\n", "utf-8")
    shutil.copy("painting.png", "out")
    before = sorted(os.listdir())
    check_refused(jnst.cli.main(["stylize", *words]), capsys.readouterr(), says, before)
    assert Path("out/batch.csv").read_text("utf-8").startswith("content,style\na.png")


@pytest.mark.skipif(os.name == "nt", reason="needs a process to kill")
def test_killed_in_the_middle_it_leaves_whole_pictures_and_goes_on_from_there():
    words = [sys.executable, ROOT / "tests/support/tiny.py", "stylize", "--batch", "photos"]
    words += ["--styles", "painting.png", "--out", "out", *SMALL, "--steps", "20"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("3/6"):
                process.kill()
                break
    made = sorted(Path("out").glob("*.png"))
    assert len(made) >= 3
    for path in made:
        files.read(path)
    assert len(table()) >= 2, "it is written as the batch goes"
    assert run("--steps", "20") == 0
    assert [row["status"] for row in table()][:3] == ["skipped"] * 3
    assert len(list(Path("out").glob("*.png"))) == len(SIZES)

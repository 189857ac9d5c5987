import dataclasses
import os
import time
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from jnst.batch.jobs import (
    Job,
    from_folder,
    name_outputs,
    outdated,
    with_canvas,
)
from jnst.batch.styles import Style
from jnst.errors import InputError
from jnst.pictures import files
from jnst.runs.record import Inputs, record
from jnst.transfer.settings import Settings

OUT = Path("out")
SETTINGS = Settings(size=32, steps=(2, 1), canvas=4)


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def touch(*names):
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()


def like(*paths, numbers=()):
    return Style(tuple(map(Path, paths)), numbers)


def test_a_folder_gives_each_picture_with_each_style():
    touch("c/b.jpg", "c/a.PNG", "c/.hidden.png", "c/notes.txt", "c/deep/x.png")
    styles = [like("s/k.tif"), like("s/m.jpg", "n.jnst")]
    assert from_folder(Path("c"), styles, OUT) == [
        Job(Path("c/a.PNG"), styles[0], OUT / "a-k.png"),
        Job(Path("c/b.jpg"), styles[0], OUT / "b-k.png"),
        Job(Path("c/a.PNG"), styles[1], OUT / "a-m-n.png"),
        Job(Path("c/b.jpg"), styles[1], OUT / "b-m-n.png"),
    ]


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        (["a.jpg b.jpg", "c.jpg b.jpg"], ["a-b.png", "c-b.png"]),
        (["a.jpg b.jpg", "a.png b.jpg"], ["a.jpg-b.jpg.png", "a.png-b.jpg.png"]),
        (["a-b.jpg c.jpg", "a.jpg b-c.jpg"], ["a-b.jpg-c.jpg.png", "a.jpg-b-c.jpg.png"]),
        (["A.jpg b.jpg", "a.png b.jpg"], ["A.jpg-b.jpg.png", "a.png-b.jpg.png"]),
        (["a.jpg b.jpg", "a.png b.jpg", "c b"], ["a.jpg-b.jpg.png", "a.png-b.jpg.png", "c-b.png"]),
        (["ä.jpg b.jpg", "a\u0308.png b.jpg"], ["ä.jpg-b.jpg.png", "a\u0308.png-b.jpg.png"]),
    ],
)
def test_names_are_of_the_stems_and_where_that_would_clash_of_the_whole(pairs, found):
    rows = [(Path(pair.split()[0]), like(pair.split()[1]), None) for pair in pairs]
    jobs = name_outputs(rows, OUT)
    assert [job.output.name for job in jobs] == found
    backwards = name_outputs(rows[::-1], OUT)
    assert [job.output.name for job in backwards] == found[::-1], "whatever the order"


@pytest.mark.parametrize(
    "rows",
    [
        [("a.jpg", "b.jpg", None), ("a.jpg", "b.jpg", None)],
        [("a.jpg", "b.jpg", "x.png"), ("c.jpg", "b.jpg", "X.png")],
        [("a.jpg", "b.jpg", "x.png"), ("c.jpg", "b.jpg", "sub/../x.png")],
        [("a.jpg", "b.jpg", "c-d.png"), ("c.jpg", "d.jpg", None)],
    ],
)
def test_two_outputs_in_one_place_are_refused(rows):
    with pytest.raises(InputError, match=r"would be made of .* and of .*; name outputs in a table"):
        name_outputs([(Path(content), like(style), output) for content, style, output in rows], OUT)


def test_an_output_that_is_a_source_is_refused():
    touch("c/a.png", "c/a-b.png", "b.png")
    with pytest.raises(InputError, match=r"c/a-b\.png is one of the outputs too"):
        from_folder(Path("c"), [like("b.png")], Path("c"))
    os.symlink("c", "other")
    with pytest.raises(InputError, match=r"c/a-b\.png is one of the outputs too"):
        from_folder(Path("c"), [like("b.png")], Path("other"))


def test_a_style_decides_the_method():
    painting, network, numbers, both, scream = (
        Job(Path("a.png"), style, Path("b.png"))
        for style in (
            like("s.png"),
            like("s.pth"),
            like(numbers=(7, 9)),
            like("s.png", "any.jnst"),
            like("s.jnst", numbers=("scream", 2)),
        )
    )
    trained = dataclasses.replace(SETTINGS, method="trained")
    named = dataclasses.replace(trained, style_number=("scream", 2))
    assert painting.settings(SETTINGS) == SETTINGS
    assert network.settings(SETTINGS) == both.settings(SETTINGS) == trained
    assert scream.settings(SETTINGS) == scream.settings(named) == named
    assert network.settings(named) == named, "the numbers that were asked for go for all others"
    multistyle = dataclasses.replace(SETTINGS, method="multistyle", style_number=(7, 9))
    assert numbers.settings(SETTINGS) == numbers.settings(multistyle) == multistyle
    assert (numbers.style_name, numbers.inputs.paths()) == ("7 9", [Path("a.png")])
    assert both.inputs == Inputs(content=Path("a.png"), styles=(Path("s.png"), Path("any.jnst")))
    assert scream.style_name == "s.jnst scream 2"
    for job in (network, numbers, both, scream):
        with pytest.raises(InputError, match=r"method ghiasi .*; leave out one of them"):
            job.settings(Settings(method="ghiasi"))
    with pytest.raises(InputError, match="multistyle, and a trained network was asked for; leave"):
        numbers.settings(trained)
    for job in (numbers, scream):
        with pytest.raises(InputError, match=r"in the table, and 3 was asked for; leave out one"):
            job.settings(dataclasses.replace(trained, style_number=(3,)))


def test_numbers_are_in_the_names():
    touch("c/a.png", "c/a.jpg")
    jobs = from_folder(Path("c"), [like(numbers=(7, 19))], OUT)
    assert [job.output.name for job in jobs] == ["a.jpg-7-19.png", "a.png-7-19.png"]
    rows = [(Path("c/a.jpg"), like(numbers=numbers), "x.png") for numbers in ((7, 19), (7,))]
    with pytest.raises(
        InputError, match=r"would be made of c/a.jpg and 7 19, and of c/a.jpg and 7"
    ):
        name_outputs(rows, OUT)


@pytest.fixture
def job():
    """One that is done."""
    made = Job(Path("a.png"), like("b.png"), Path("a-b.png"))
    for path in (*made.inputs.paths(), made.output):
        save(path, made)
    return made


def save(path, job, *, settings=SETTINGS, **inputs):
    changed = dataclasses.replace(job.inputs, **inputs)
    noise = np.random.default_rng(0).random((1, 20, 20, 3), np.float32)
    files.write(path, noise, settings=record(settings, changed))


def test_what_is_there_with_the_same_settings_and_pictures_is_finished(job):
    assert outdated(job, SETTINGS) is None
    elsewhere = dataclasses.replace(job.inputs, content=Path("a.png").absolute())
    save(job.output, job, content=elsewhere.content)
    assert outdated(job, SETTINGS) is None


def test_other_settings_or_pictures_are_not(job):
    changed = dataclasses.replace(SETTINGS, steps=(3,))
    assert outdated(job, changed) == "steps was 2 1, is 3"
    for inputs in ({"content": Path("b.png")}, {"styles": (Path("a.png"),)}):
        save(job.output, job, **inputs)
        assert outdated(job, SETTINGS) == "it was made of other pictures"
    save(job.output, job, start=Path("b.png"))
    assert outdated(job, SETTINGS) == "it was made of other pictures"


@pytest.mark.parametrize("which", ["a.png", "b.png"])
def test_a_picture_that_changed_since_is_not_finished(job, which):
    later = time.time() + 10
    os.utime(which, (later, later))
    assert outdated(job, SETTINGS) == f"{which} is newer"
    os.remove(which)
    assert outdated(job, SETTINGS) is None


def test_a_broken_output_is_not_finished(job):
    whole = job.output.read_bytes()
    job.output.write_bytes(b"")
    assert outdated(job, SETTINGS) == "it was empty"
    for other in (whole[:50], whole[:-30], b"a letter"):
        job.output.write_bytes(other)
        with pytest.raises(InputError, match=r"a-b.png' as a picture: .*; it is not replaced"):
            outdated(job, SETTINGS)


def test_an_output_of_a_jnst_with_other_settings_is_not_finished(job):
    picture = np.zeros((1, 4, 4, 3), np.float32)
    files.write(job.output, picture, settings={"size": 32, "mood": "blue"})
    assert "'mood', which is unknown here" in str(outdated(job, SETTINGS))


def test_a_picture_of_somebody_else_is_never_replaced(job):
    exif = PIL.Image.Exif()
    exif[0x010E] = '{"prompt": "a cat"}'  # what another program has to say, in JSON too
    for options in ({}, {"exif": exif}):
        PIL.Image.new("RGB", (4, 4)).save(job.output, **options)
        with pytest.raises(InputError, match=r"exists and was not made by jnst, so it is left"):
            outdated(job, SETTINGS)


def test_a_batch_has_a_canvas_unless_told():
    assert with_canvas(Settings(size=512)).canvas == 64
    assert with_canvas(Settings(size=3)).canvas == 1
    assert with_canvas(Settings(size=100)).canvas == 13
    assert with_canvas(Settings(canvas=7)).canvas == 7


def test_which_style_of_a_network_it_was_is_in_the_name():
    styles = [like("masters.jnst", numbers=("scream", 2)), like("b.jpg")]
    jobs = name_outputs([(Path(name), styles[0], None) for name in ("a.png", "a.jpg")], OUT)
    assert jobs[0].output.name == "a.png-masters.jnst-scream-2.png"
    jobs = name_outputs([(Path("a.png"), style, None) for style in styles], OUT)
    assert [job.output.name for job in jobs] == ["a-masters-scream-2.png", "a-b.png"]

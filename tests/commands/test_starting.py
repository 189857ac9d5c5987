"""Where options begin: with a preset, or with what a picture was made with."""

import dataclasses

import numpy as np
import pytest

from jnst.commands.starting import of_films, of_pictures
from jnst.errors import InputError
from jnst.pictures import files, samples
from jnst.runs.record import Inputs, record
from jnst.transfer.presets import preset
from jnst.transfer.settings import Settings
from jnst.video import presets as films


def test_what_the_other_options_are_based_on():
    assert of_pictures([])["settings"] == Settings()
    settings = of_pictures(["a.png", "--preset", "gatys2016", "--size", "40"])["settings"]
    assert settings == preset("gatys2016")
    for words, says in (
        (
            ["--preset", "gatys"],
            "unknown preset 'gatys' (did you mean gatys2016?); choose from default, ",
        ),
        (
            ["--quality", "great"],
            "unknown quality 'great'; choose from instant, draft, normal, best",
        ),
        (["--like", str(samples.STYLE)], "holds no settings of jnst to make it again"),
        (["--like", "missing.png"], "cannot read 'missing.png'"),
        (["--like", "a.png", "--preset", "gatys2016"], "give --preset or --like, not both"),
    ):
        with pytest.raises(InputError) as refused:
            of_pictures(words)
        assert says in str(refused.value)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (["--quality", "instant"], {"method": "pixels", "style_size": None}),
        (["--method", "ghiasi"], {"method": "pixels", "style_size": None}),
        (["--method", "adain"], {"method": "pixels", "style_size": 40}),
        (["photo.jpg", "mine.jnst"], {"method": "pixels", "style_size": 40}),
    ],
)
def test_what_means_nothing_in_one_pass_does_not_come_from_a_picture(tmp_path, words, kept):
    made = Settings(size=50, steps=(7,), content_weight=2.0, style_size=40, colour="luminance")
    picture = tmp_path / "picture.png"
    files.write(picture, np.full((1, 4, 4, 3), 0.5, np.float32), settings=record(made, Inputs()))
    assert of_pictures(["--like", str(picture)])["settings"] == made
    found = of_pictures(["--like", str(picture), *words])["settings"]
    assert found == dataclasses.replace(Settings(), size=50, colour="luminance", **kept)


def test_what_means_nothing_to_pixels_does_not_come_from_a_picture_of_one_pass(tmp_path):
    made = Settings(size=50, method="ghiasi", strength=0.5)
    picture = tmp_path / "picture.png"
    files.write(picture, np.full((1, 4, 4, 3), 0.5, np.float32), settings=record(made, Inputs()))
    assert of_pictures(["--like", str(picture)])["settings"] == made
    found = of_pictures(["--like", str(picture), "--method", "pixels"])["settings"]
    assert found == dataclasses.replace(made, strength=None)


def test_of_a_film_it_is_frames_and_film():
    assert of_films(["clip.mp4"]) == {}
    settings, video = films.preset("artistic-videos")
    found = of_films(["clip.mp4", "--preset", "artistic-videos", "--steps", "2"])
    assert found == {"settings": settings, "video": video}

"""Where options begin: with a preset, or with what a picture was made with."""

import pytest

from jnst.commands.starting import of_films, of_pictures
from jnst.errors import InputError
from jnst.pictures import samples
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


def test_of_a_film_it_is_frames_and_film():
    assert of_films(["clip.mp4"]) == {}
    settings, video = films.preset("artistic-videos")
    found = of_films(["clip.mp4", "--preset", "artistic-videos", "--steps", "2"])
    assert found == {"settings": settings, "video": video}

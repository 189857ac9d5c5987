import pytest
from refusals import check_says, in_a_folder_of_pictures  # noqa: F401

from jnst.commands.options import video


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("clip.mp4 painting.jpg", ""),
        ("clip.mp4 --method multistyle --style-number 7", ""),
        ("", "name a film and a painting, as in: jnst video clip.mp4 painting.jpg"),
        ("clip.mp4", "name a painting, or several, after the film, as in: jnst video clip.mp4"),
        ("clip.mp4 none.jpg", "cannot read 'none.jpg'"),
        ("clip.mp4 painting.jpg --hold 2", "hold must be at most 1, not 2"),
        ("clip.mp4 painting.jpg --earlier 1 4 2", "earlier must be whole numbers that grow"),
        ("clip.mp4 painting.jpg --every 0", "every must be a number of at least 1, not 0"),
        ("clip.mp4 painting.jpg --from 3 --to 2", "to must be above from, 3, not 2"),
        ("clip.mp4 painting.jpg --square", "a film keeps its shape; leave out square"),
        ("clip.mp4 painting.jpg --flow-files flow", ""),
        (
            "clip.mp4 painting.jpg --flow-files flow --flow dis",
            "flow-files takes the place of flow",
        ),
        ("clip.mp4 painting.jpg --blend 1 2", "blend has 2 numbers, but there is 1 painting"),
        ("clip.mp4 painting.jpg -o out.webp", ""),
        ("clip.mp4 painting.jpg -o out-%03d.png", ""),
        ("clip.mp4 painting.jpg -o out.avi", "a moving picture is .mp4, .m4v, .mov, .mkv, .webm,"),
        ("clip.mp4 painting.jpg -o no/out.mp4", "cannot write 'no/out.mp4': there is no folder"),
        ("clip.mp4 painting.jpg -o ./clip.mp4", "the output clip.mp4 is one of the pictures"),
    ],
)
def test_what_is_said_before_anything_is_read(text, says):
    check_says(video, text, says)


def test_films_are_files_folders_and_numbered_pictures(tmp_path):
    (tmp_path / "shots.d").mkdir()
    for clip in ("shots.d", "shots", "shot-%02d.png"):
        check_says(video, f"{clip} painting.jpg", "")
    check_says(video, "none.mp4 painting.jpg", "cannot read 'none.mp4'")


@pytest.mark.parametrize("text", ["--masks left.png clip.mp4", "clip.mp4 --masks left.png a.jpg"])
def test_an_option_of_several_pictures_that_took_others_is_named(text):
    check_says(video, text, "name a ")
    with pytest.raises(AssertionError):
        check_says(video, text, "")

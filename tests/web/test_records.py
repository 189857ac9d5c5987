"""What is kept of pictures and runs stays readable."""

import msgspec
import pytest

from jnst.web.records import RESTING, Film, Given, Painted, Painting, Run

RUN = Run(
    "ab" * 8,
    "c",
    "default",
    "draft",
    {"size": 3},
    {"seed": 1},
    created=1.5,
    paintings=[Painting("s", 2.0, "m"), Painting("t")],
)
ALL = (
    Given("a", "cat.png", 30, 20, 1.5, sample=True),
    RUN,
    msgspec.structs.replace(RUN, status="failed", reason="no memory"),
    Painted(3, 10, (30, 20), None, 1.5, [(1, 2.0), (3, 1.0)]),
    Given("a", "cat.mp4", 30, 20, 1.5, film=Film(".mp4", 48, 2.0)),
    msgspec.structs.replace(RUN, video={"frame_steps": 9}),
    Painted(3, 10, (30, 20), 4.0, 1.5, [], share=0.5, notes=["no sound"]),
)


@pytest.mark.parametrize("one", ALL)
def test_each_comes_back_from_its_file_as_it_was(one):
    assert msgspec.json.decode(msgspec.json.encode(one), type=type(one)) == one


def test_a_picture_is_the_users_and_a_run_waits_unless_it_is_said():
    given = msgspec.json.decode(
        b'{"id": "a", "name": "b", "width": 1, "height": 2, "created": 0}', type=Given
    )
    assert not given.sample
    assert (RUN.status, RUN.reason) == ("queued", "")
    assert RUN.status not in RESTING


@pytest.mark.parametrize("text", [b"{}", b"[]", b'{"id": 3}'])
@pytest.mark.parametrize("kind", [Given, Run, Painted])
def test_what_lacks_something_is_not_read(kind, text):
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(text, type=kind)

"""Films that the page is given, without a server."""

import io

import msgspec
import numpy as np
import PIL.Image
import pytest
from films import make, scene
from helpers_web import files_in

from jnst.errors import InputError
from jnst.pictures import files
from jnst.video import need
from jnst.web import films, store
from jnst.web.records import Film, Given

FRAMES = [scene(i) for i in range(3)]
MADE = {
    ".mp4": {"pixels": "yuv420p"},
    ".mov": {"pixels": "yuv420p"},
    ".mkv": {"pixels": "yuv420p"},
    ".webm": {"codec": "libvpx-vp9", "pixels": "yuv420p", "options": {}},
}


@pytest.fixture
def kept(tmp_path):
    with store.opened(tmp_path / "web") as found:
        yield found


def given(kept, data, name="clip.mp4"):
    with kept.arriving() as folder:
        with films.receiving(folder) as write:
            for i in range(0, len(data), 1000):
                write(data[i : i + 1000])
        return films.keep(kept, folder, name)


def gif(count):
    stream = io.BytesIO()
    first, *others = (PIL.Image.fromarray(scene(i)) for i in range(count))
    first.save(stream, "GIF", save_all=True, append_images=others, duration=100)
    return stream.getvalue()


@pytest.mark.parametrize("kind", MADE)
def test_a_film_is_known_by_its_bytes_whatever_its_name(kept, tmp_path, kind):
    path = make(tmp_path / f"clip{kind}", FRAMES, **MADE[kind])
    found = given(kept, path.read_bytes(), "photos/clip.txt")
    assert (found.name, found.width, found.height) == ("clip.txt", 32, 24)
    assert (found.film.kind, found.film.frames) == (kind, 3)
    assert found.film.seconds == pytest.approx(0.3, abs=0.01)
    assert kept.picture_file(found, "original").read_bytes() == path.read_bytes()
    view = files.read(kept.picture_file(found, "view.jpg"))
    assert np.abs(view[0] * 255 - FRAMES[0]).mean() < 12
    told = kept.picture_file(found, "picture.json").read_bytes()
    assert msgspec.json.decode(told, type=Given) == kept.pictures[found.id] == found


def test_a_gif_is_a_film_only_where_it_moves(kept):
    assert given(kept, gif(3)).film == Film(".gif", 3, 0.3)
    assert given(kept, gif(1)).film is None


def test_pixels_that_are_not_square_are_shown_as_they_are_meant(kept, tmp_path):
    def wide(stream):
        stream.codec_context.sample_aspect_ratio = 2

    path = make(tmp_path / "clip.mp4", FRAMES, pixels="yuv420p", prepare=wide)
    found = given(kept, path.read_bytes())
    assert (found.width, found.height) == (64, 24)
    assert files.read(kept.picture_file(found, "view.jpg")).shape == (1, 24, 64, 3)


HEADS = [
    (b"\0\0\0\x20ftypisom", ".mp4"),
    (b"\0\0\0\x14ftypqt  ", ".mov"),
    (b"\0\0\0\x08wide\0\0\0\0mdat", ".mov"),
    (b"\0\0\0\x20ftypavif", None),
    (b"\0\0\0\x20ftypheic", None),
    (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", ".webm"),
    (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x88matroska", ".mkv"),
    (b"GIF89a", ".gif"),
    (b"RIFF\0\0\0\0AVI LIST", None),
    (b"", None),
]


@pytest.mark.parametrize(("head", "kind"), HEADS)
def test_kinds_by_the_first_bytes(head, kind):
    assert films.kind_of(head) == kind


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"hello", "cannot read 'x.mp4' as a film: its format is none of mp4, mov, webm, mkv, gif"),
        (b"", "cannot read 'x.mp4' as a film: its format is none of mp4, mov, webm, mkv, gif"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "its format is none of"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "its format is none of"),
        (b"\x1a\x45\xdf\xa3#EXTM3U\n", "cannot read 'x.mp4' as a film: "),
        (b"\0\0\0\x20ftypisom" + b"x" * 5000, "cannot read 'x.mp4' as a film: "),
    ],
)
def test_what_is_no_film_is_refused_in_one_line_and_not_kept(kept, tmp_path, data, says):
    with pytest.raises(InputError) as caught:
        given(kept, data, "x.mp4")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)
    assert kept.pictures == {}
    assert files_in(tmp_path / "web") == {".jnst-lock"}


def test_sound_alone_is_no_film(kept, tmp_path):
    import av

    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        tone = container.add_stream("aac", rate=48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.int16), format="s16")
        frame.sample_rate, frame.pts = 48000, 0
        container.mux(tone.encode(frame))
        container.mux(tone.encode())
    with pytest.raises(InputError, match=r"^cannot read 'clip.mp4': it has no moving picture$"):
        given(kept, (tmp_path / "a.mp4").read_bytes())


def test_a_film_of_too_many_pixels_is_refused_before_it_is_decoded(kept, tmp_path, monkeypatch):
    path = make(tmp_path / "clip.mp4", FRAMES, pixels="yuv420p")
    monkeypatch.setenv("JNST_MAX_PIXELS", "700")
    monkeypatch.setattr(films, "_opened", None)
    with pytest.raises(InputError, match=r"'clip.mp4' as a film: it has 768 pixels, more than 700"):
        given(kept, path.read_bytes())
    monkeypatch.delenv("JNST_MAX_PIXELS")
    monkeypatch.setattr(films, "LARGEST_SIDE", 31)
    with pytest.raises(InputError, match=r"'clip.mp4' as a film: a side must be at most 31"):
        given(kept, path.read_bytes())


@pytest.mark.parametrize(("module", "package"), [("av", "av"), ("cv2", "opencv-python-headless")])
def test_a_missing_package_is_one_line(kept, monkeypatch, module, package):
    assert films.missing() == ""
    find = need.importlib.util.find_spec
    monkeypatch.setattr(
        need.importlib.util, "find_spec", lambda name: None if name == module else find(name)
    )
    says = f"video needs the package {package}: pip install 'jnst[video]'"
    assert films.missing() == says
    with pytest.raises(InputError, match=package) as caught:
        given(kept, b"anything")
    assert str(caught.value) == says


def test_a_full_disk_is_one_line_and_other_trouble_is_left_as_it_is(kept, tmp_path):
    says = "^cannot write 'original': No space left on device$"
    for error, kind, text in (
        (OSError(28, "No space left on device"), InputError, says),
        (KeyError("x"), KeyError, "x"),
    ):
        with pytest.raises(kind, match=text), kept.arriving() as one, films.receiving(one):
            raise error
    assert list((tmp_path / "web" / "pictures").iterdir()) == []


def test_unused_films_go_before_unused_pictures(kept, monkeypatch):
    monkeypatch.setattr(store, "UNUSED_FILMS", 1)
    moving = gif(2)
    first, picture, second = given(kept, moving), given(kept, gif(1)), given(kept, moving)
    assert set(kept.pictures) == {picture.id, second.id}
    assert not kept.picture_file(first, "original").exists()

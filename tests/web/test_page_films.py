"""Films on the page, in a real browser; the painter pretends, and its result is the film given."""

import io
import re

import PIL.Image
import pytest
from films import make, scene
from helpers_page import SOME_SECONDS, finished, overflow, picture, until


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Return a film that every browser plays."""
    path = tmp_path_factory.mktemp("films") / "my clip.webm"
    frames = [scene(i, height=40, width=64) for i in range(30)]
    return make(
        path, frames, codec="libvpx-vp9", pixels="yuv420p", options={"deadline": "realtime"}
    )


def gif():
    stream = io.BytesIO()
    first, *others = (PIL.Image.fromarray(scene(i)) for i in range(3))
    first.save(stream, "GIF", save_all=True, append_images=others)
    return {"name": "a.gif", "mimeType": "image/gif", "buffer": stream.getvalue()}


def paint_film(page, film, *, seed=0):
    page.set_input_files("#content", film)
    page.set_input_files("#style", picture("waves.png", 24, 24))
    for what in ("content", "style"):
        page.wait_for_selector(f".zone[data-what={what}].filled")
    page.fill("#size", "40")
    page.click("#more summary")
    page.fill("#seed", str(seed))
    page.click("#paint")


BOTH = (
    "const [one, other] = ['#film-original', '#film-painted'].map((x) => document.querySelector(x))"
)


def both(what):
    return f"(() => {{ {BOTH}; return {what}; }})()"


def test_a_film_forms_and_plays_beside_its_original_in_step(page, clip):
    paint_film(page, clip, seed=SOME_SECONDS)
    zone = page.inner_text(".zone[data-what=content] .zone-name")
    assert zone == "my clip.webm, 64 × 40, 30 frames, 3 s"
    until(page, "document.querySelector('#bar').value > 0")
    said = page.text_content("#run-steps")
    number = re.fullmatch(r"Frame (\d+) of 50, at 40 × 40 pixels", said)
    assert 1 < int(number[1]) <= 50
    assert page.get_attribute("#after", "alt") == "The newest frame"
    until(page, "document.querySelector('#after').src.includes('preview.jpg')")
    assert page.is_hidden("#films")
    finished(page)
    assert page.text_content("#run-steps") == "50 of 50 frames, at 40 × 40 pixels"
    until(page, both("one.readyState > 2 && other.readyState > 2"))
    assert page.is_hidden(".frame")
    assert page.evaluate(both("one.muted && !other.muted && other.loop && other.controls"))
    assert page.evaluate(both("one.paused && other.paused"))
    for second in (0.5, 0.55):  # near is not enough
        page.evaluate(both(f"(other.currentTime = {second}, 0)"))
        until(page, both(f"one.currentTime === {second} && !one.seeking"))
    page.evaluate(both("(other.play(), 0)"))
    until(page, both("other.currentTime > .7"))
    assert page.evaluate(both("!one.paused && one.currentTime > .55"))
    page.evaluate(
        both("(one.pause(), other.currentTime = 2.5, 0)")
    )  # as at the end of a shorter one
    until(page, both("!one.paused && one.currentTime > 2"))
    until(page, both("other.currentTime < 1.5"))  # it begins again
    until(page, both("other.currentTime > .2 && !one.paused && one.currentTime < 1.5"))
    assert page.evaluate(both("Math.abs(one.currentTime - other.currentTime) < .3"))
    page.click("#film-original")
    until(page, both("other.paused && one.paused"))
    until(page, both("Math.abs(one.currentTime - other.currentTime) < .05"))
    where = page.evaluate(both("(other.playbackRate = .5, other.currentTime)"))
    until(page, both("one.playbackRate === .5"))
    until(page, "document.querySelector('.card .chip').dataset.status === 'done'")  # asked anew
    page.wait_for_timeout(700)
    assert page.evaluate(both("other.currentTime")) == where  # news leave it alone
    with page.expect_download() as download:
        page.click("#download")
    assert download.value.suggested_filename == "my clip-waves.mp4"
    card = page.inner_text(".card")
    assert "Clear strokes, 40 px, normal, 30 frames" in card
    assert page.locator(".card .film img[src*='preview.jpg']").count() == 1
    page.click("#run-settings summary")
    page.click("#run-others summary")
    assert "Film\nmy clip.webm, 64 × 40, 30 frames, 3 s" in page.inner_text("#run-settings dl")
    assert "jnst video" in page.inner_text("#run-others summary")
    assert "Steps for each frame\n30" in page.inner_text("#run-others dl")
    for width in (820, 390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert overflow(page) == 0, f"{width} pixels wide"


def test_an_original_that_does_not_play_is_its_first_frame(page):
    paint_film(page, gif())
    finished(page)
    until(page, both("!one.hasAttribute('src') && one.poster.includes('view.jpg')"))
    says = "original (its first frame: this browser does not play it)"
    assert page.text_content("#film-original-name") == says
    page.click("#delete")
    page.click("#confirm button[value=yes]")
    page.wait_for_selector("#empty", state="visible")
    assert page.evaluate(both("!other.hasAttribute('src')"))


@pytest.mark.slow
def test_a_picture_after_a_film_is_shown_as_one(page):
    paint_film(page, gif())
    finished(page)
    page.wait_for_selector("#films", state="visible")
    page.set_input_files("#content", picture("house.png", 40, 40))
    until(page, "document.querySelector('.zone-name').textContent.startsWith('house')")
    page.click("#paint")
    page.wait_for_selector("#films", state="hidden")
    finished(page)
    assert page.is_visible(".frame")
    assert page.is_visible("#cut")


@pytest.mark.slow
def test_films_that_cannot_be_taken_are_one_line(page, tmp_path):
    film = {"name": "a.mp4", "mimeType": "video/mp4", "buffer": b"hello"}
    page.set_input_files("#style", film)
    page.wait_for_selector("#error-style:not(:empty)")
    assert page.text_content("#error-style").startswith("cannot read 'a.mp4' as a picture: ")
    page.set_input_files("#content", film)
    page.wait_for_selector("#error-content:not(:empty)")
    assert page.text_content("#error-content").startswith("cannot read 'a.mp4' as a film: ")
    large = tmp_path / "large.mkv"
    with open(large, "wb") as stream:
        stream.truncate(2**28 + 1)
    page.set_input_files("#content", large)
    until(page, "document.querySelector('#error-content').textContent.includes('large')")
    assert page.text_content("#error-content") == "large.mkv is too large: at most 256 MB"


@pytest.mark.slow
def test_a_missing_package_is_said_before_anything_is_sent(page):
    says = "video needs the package av: pip install 'jnst[video]'"
    page.route(
        "**/api/choices",
        lambda route: route.fulfill(json=route.fetch().json() | {"no_films": says}),
    )
    page.reload()
    page.wait_for_selector("body[data-ready]")
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    page.set_input_files("#content", gif())
    page.wait_for_selector("#error-content:not(:empty)")
    assert page.text_content("#error-content") == says
    assert "POST" not in sent

"""Several paintings in the form: weights, places drawn on the photograph, and paintings to try."""

import io
import re

import numpy as np
import PIL.Image
import pytest
from helpers_page import begun, finished, give_both, picture, until


def add(page, name, count):
    page.set_input_files("#add", picture(name, 24, 24))
    page.wait_for_selector(f"#paintings li >> nth={count - 1}")


def draw_place(page, number, *lines):
    """Open a painting's dialog, and draw lines on it: x, y from, x, y to, as parts of its sides."""
    page.click(f'[data-place="{number}"]')
    page.wait_for_selector("#mask[open]")
    box = page.locator("#mask-canvas").bounding_box()
    for x0, y0, x1, y1 in lines:
        points = [
            (box["x"] + x * box["width"], box["y"] + y * box["height"])
            for x, y in ((x0, y0), (x1, y1))
        ]
        page.mouse.move(*points[0])
        page.mouse.down()
        page.mouse.move(*points[1], steps=6)
        page.mouse.up()


def levels(shared_site, run, number):
    """Return the mask that a run has for a painting, from black to white."""
    key = shared_site.get(f"/api/runs/{run}")[1]["paintings"][number]["mask"]
    data = shared_site.get(f"/api/pictures/{key}/mask.png")[1]
    return np.asarray(PIL.Image.open(io.BytesIO(data)).convert("L"))


def run_of(page):
    begun(page)
    until(page, "location.hash.startsWith('#run=')")
    return page.evaluate("location.hash").removeprefix("#run=")


def test_the_place_of_a_painting_is_drawn_by_pointer(page, shared_site):
    give_both(page)
    add(page, "reds.png", 2)
    assert page.text_content("#paintings li >> nth=1").find("everywhere") >= 0
    draw_place(page, 1, (0.75, 0.1, 0.75, 0.9), (0.1, 0.5, 0.2, 0.5))
    page.click("#mask-undo")  # the second line
    page.click("label[for=brush-erase]")
    page.fill("#brush-size", "20")
    box = page.locator("#mask-canvas").bounding_box()
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.9 * box["height"])
    page.click("#mask-done")
    page.wait_for_selector("#paintings li >> nth=1 >> .place img")
    focused_place = "document.activeElement.dataset.place === '1'"
    until(page, focused_place)
    assert "takes what is left" in page.text_content("#paintings li >> nth=0")
    page.fill("#paintings li >> nth=1 >> input[type=range]", "20")
    assert page.text_content("#paintings li >> nth=1 >> output") == "67 %"
    page.fill("#size", "32")
    page.click("#paint")
    key = run_of(page)
    mask = levels(shared_site, key, 1)
    assert mask.shape == (512, 768)  # of a photograph of 30 x 20
    assert mask[150, 576] == 255
    assert mask[460, 576] == 0  # erased
    assert mask[256, 115] == 0  # undone
    assert mask[256, 300] == 0
    run = shared_site.get(f"/api/runs/{key}")[1]
    assert [one["weight"] for one in run["paintings"]] == [1.0, 2.0]
    assert run["paintings"][0]["mask"] is None
    assert run["made_with"]["blend"] == [1.0, 2.0]
    assert page.text_content("#run-title") == "house × waves + reds"
    finished(page)
    page.click("#run-settings summary")
    settings = page.inner_text("#run-settings dl")
    assert "reds.png, 24 × 24, 67 %, where it was drawn" in settings


def test_it_is_drawn_by_keyboard_and_nothing_is_no_place(page):
    give_both(page)
    page.focus('[data-place="0"]')
    page.keyboard.press("Enter")
    page.wait_for_selector("#mask[open]")
    until(page, "document.activeElement.id === 'mask-canvas'")
    assert page.is_disabled("#mask-undo")
    page.click("#mask-done")
    assert page.text_content("#error-mask").startswith("Nothing is painted yet")
    page.focus("#mask-canvas")
    page.keyboard.press("Space")
    assert page.is_enabled("#mask-undo")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowDown")
    assert page.is_enabled("#mask-undo")
    assert page.text_content("#error-mask") == ""
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert page.is_disabled("#mask-undo")
    page.keyboard.press("Space")
    page.click("#mask-clear")
    page.click("#mask-done")
    assert page.text_content("#error-mask").startswith("Nothing is painted yet")
    page.keyboard.press("Escape")
    page.wait_for_selector("#mask:not([open])", state="attached")
    assert page.locator("#paintings .place img").count() == 0
    until(page, "document.activeElement.dataset.place === '0'")


@pytest.mark.slow
def test_a_place_can_be_changed_taken_back_and_used_again(page, shared_site):
    give_both(page)
    draw_place(page, 0, (0.2, 0.2, 0.3, 0.8))
    page.click("#mask-done")
    page.wait_for_selector("#paintings .place img")
    page.fill("#size", "32")
    page.click("#paint")
    first = levels(shared_site, run_of(page), 0)
    finished(page)
    page.click('[data-place="0"]')  # what was drawn is there, and is added to
    page.wait_for_selector("#mask[open]")
    box = page.locator("#mask-canvas").bounding_box()
    page.mouse.click(box["x"] + 0.8 * box["width"], box["y"] + 0.5 * box["height"])
    page.click("#mask-done")
    page.wait_for_selector("#mask:not([open])", state="attached")
    url = page.url
    page.click("#paint")
    until(page, f"location.href !== '{url}'")
    second = levels(shared_site, run_of(page), 0)
    assert second[256, 614] == 255
    assert first[256, 614] == 0
    assert np.abs(first[:, :400].astype(int) - second[:, :400]).max() < 3
    finished(page)
    page.reload()
    page.wait_for_selector("#run[data-status=done]")
    page.click("#again")
    page.wait_for_selector("#paintings .place img")
    page.click("#paintings button:has-text('Everywhere')")
    assert page.locator("#paintings .place img").count() == 0


def test_another_photograph_forgets_the_places(page):
    give_both(page)
    draw_place(page, 0, (0.2, 0.2, 0.3, 0.8))
    page.click("#mask-done")
    page.wait_for_selector("#paintings .place img")
    page.set_input_files("#content", picture("barn.png", 40, 20))
    page.wait_for_selector(".zone-name:has-text('barn.png')")
    assert page.locator("#paintings .place img").count() == 0


def test_the_first_painting_can_be_removed(page):
    give_both(page)
    assert page.is_hidden("#paintings .away")  # there has to be one
    add(page, "reds.png", 2)
    page.click("#paintings .away >> nth=0")
    until(page, "document.querySelectorAll('#paintings li').length === 1")
    assert "reds.png" in page.inner_text(".zone[data-what=style]")


def test_what_cannot_be_added_is_said(page):
    give_both(page)
    page.set_input_files("#add", {"name": "a.txt", "mimeType": "x/y", "buffer": b"hello"})
    page.wait_for_selector("#error-add:not(:empty)")
    assert page.text_content("#error-add").startswith("cannot read 'a.txt' as a picture")
    assert page.locator("#paintings li").count() == 1


def test_paintings_to_try_are_instant_and_take_the_place_of_pictures(page, shared_site):
    give_both(page)
    page.click("#tries summary")
    page.click('[data-name="scream"]')
    page.wait_for_selector('[data-name="scream"][aria-pressed=true]')
    assert page.locator("#paintings li").count() == 1
    assert page.is_checked("#quality-instant")
    assert page.is_disabled("#quality-normal")
    page.click('[data-name="udnie"]')
    page.wait_for_selector("#paintings li >> nth=1")
    page.click('[data-name="scream"]')
    page.wait_for_selector('[data-name="scream"][aria-pressed=false]')
    page.fill("#size", "32")
    page.click("#paint")
    made_with = shared_site.get(f"/api/runs/{run_of(page)}")[1]["made_with"]
    assert (made_with["method"], made_with["style_number"]) == ("trained", ["udnie"])
    page.click('[data-name="sample"]')
    page.wait_for_selector('[data-name="udnie"][aria-pressed=false]')
    assert page.is_enabled("#quality-normal")


def test_what_it_takes_is_told_before(page):
    assert page.is_hidden("#estimate")
    give_both(page)
    page.fill("#size", "64")
    page.wait_for_selector("#estimate", state="visible")
    guessed = r"About \d+ (s|min) \(a guess; it gets better after your first picture\)"
    assert re.fullmatch(guessed, page.text_content("#estimate"))
    page.fill("#size", "20")  # too small for the network
    page.focus("#paint")
    page.wait_for_selector("#estimate", state="hidden")
    page.wait_for_selector("#error-size:not(:empty)")
    assert page.text_content("#error-size").startswith("size 20 is too small: the photograph is 20")
    page.fill("#size", "64")
    assert page.text_content("#error-size") == ""
    page.wait_for_selector("#estimate:has-text('a guess')")
    with_pace = {"seconds": 7.0, "measured": True}
    page.route("**/api/estimate", lambda route: route.fulfill(json=with_pace))
    page.click("#paint")
    finished(page)
    page.wait_for_selector("#estimate:not(:has-text('a guess'))")
    assert page.text_content("#estimate") == "About 5 s"


def test_the_stage_is_empty_only_where_nothing_has_run(page, shared_site):
    assert page.is_visible("#empty")
    give_both(page)
    page.fill("#size", "32")
    page.click("#paint")
    finished(page)
    page.evaluate("location.hash = '#run=0123456789abcdef'")  # one that is no longer there
    until(page, "!location.hash.includes('0123456789abcdef')")
    assert page.is_visible("#run")
    page.goto(shared_site.address)
    page.wait_for_selector("body[data-ready]")
    assert page.is_hidden("#empty")
    assert page.is_visible("#run")

"""The page, in a real browser; the painter pretends, but for the last test's small network."""

import re

import pytest
from helpers_page import (
    PREVIEW,
    SOME_SECONDS,
    begun,
    finished,
    give_both,
    opened,
    overflow,
    paint,
    picture,
    started,
    until,
)
from helpers_web import serving

from jnst.pictures import files


def test_upload_run_progress_and_the_slider(page):
    assert page.is_visible("#empty")
    paint(page, seed=SOME_SECONDS)
    assert page.text_content("#run-title") == "house × waves"
    until(page, "document.querySelector('#bar').value > 0")
    before = page.evaluate("document.querySelector('#bar').value")
    line = page.get_attribute("#curve-line", "d")
    until(page, f"document.querySelector('#bar').value > {before}")
    until(page, f"document.querySelector('#curve-line').getAttribute('d') !== '{line}'")
    assert re.fullmatch(r"Step \d+ of 50, at 32 × 32 pixels", page.text_content("#run-steps"))
    assert re.fullmatch(r"about \d+ s left", page.text_content("#run-left"))
    assert re.match(r"\d+ % · jnst", page.title())
    assert page.is_visible("#stop")
    assert not page.is_visible("#cut")
    finished(page)
    assert page.text_content("#announce") == "house × waves: Finished"
    until(page, "document.querySelector('#after').src.includes('picture.png')")
    page.fill("#cut", "80")
    style = page.evaluate("getComputedStyle(document.querySelector('#before')).clipPath")
    assert style == "inset(0px 20% 0px 0px)"
    assert page.is_visible(".tag.left")
    assert page.is_visible(".tag.right")
    page.fill("#cut", "100")
    assert page.is_hidden(".tag.right")
    knob = "getComputedStyle(document.querySelector('.handle'), '::after').left"
    width = page.evaluate("document.querySelector('.frame').clientWidth")
    assert float(page.evaluate(knob).removesuffix("px")) == width - 20  # half of it is 20 wide
    with page.expect_download() as download:
        page.click("#download")
    assert download.value.suggested_filename == "house-waves.png"
    page.click("#run-settings summary")
    settings = page.inner_text("#run-settings dl")
    assert "house.png, 30 × 20" in settings
    assert "Look\nClear strokes" in settings
    assert "Size\n32 pixels" in settings
    assert "Colours\nof the painting" in settings
    assert "Steps" not in settings
    page.click("#run-others summary")
    others = page.inner_text("#run-others dl")
    assert "Steps at each size\n300, 50" in others
    assert "What is taken from the painting\nmeans and covariances" in others
    assert "_" not in others
    assert "Strength" not in others  # it means nothing here
    meant = page.get_attribute("#run-others dl div:has-text('Exponent of smoothness')", "title")
    assert meant.startswith("The exponent of")
    assert meant.endswith("(setting: tv_beta)")


def test_stop_and_go_on(page):
    paint(page)
    until(page, "document.querySelector('#bar').value > 0.004")
    page.click("#stop")
    page.wait_for_selector("#run[data-status=stopped]")
    reached = page.evaluate("document.querySelector('#bar').value")
    assert 0 < reached < 1
    page.click("#resume")
    page.wait_for_selector("#run[data-status=running]")
    assert page.evaluate("document.querySelector('#bar').value") >= reached
    finished(page)


def test_a_preview_is_called_one_and_is_no_step(page):
    paint(page, seed=PREVIEW)
    page.wait_for_selector("#preview", state="visible")
    assert page.inner_text("#preview") == "preview"
    assert page.get_attribute("#after", "alt") == "A preview"
    until(page, "document.querySelector('#after').src.includes('preview.jpg?v=0')")
    assert page.text_content("#run-steps").startswith("Getting ready (")
    assert page.get_attribute("#bar", "value") is None
    until(page, "document.querySelector('.card .chip').innerText == 'Painting'")  # asked for anew
    page.click("#stop")
    page.wait_for_selector("#run[data-status=stopped]")
    assert page.text_content("#run-steps") == "Only a quick preview so far"
    assert page.text_content("#run-left") == ""
    assert page.is_visible("#preview")
    assert page.is_hidden("#download")
    page.click("#resume")
    finished(page)
    assert page.is_hidden("#preview")
    assert page.get_attribute("#after", "alt") == "The painted picture"


def test_names_are_text_and_never_markup(page):
    name = "<img src=x onerror=document.title='bad'>.png"
    page.set_input_files("#content", picture(name))
    page.set_input_files("#style", picture("<b>.png"))
    page.wait_for_selector(".zone[data-what=content].filled")
    page.wait_for_selector(".zone[data-what=style].filled")
    page.click("#paint")
    begun(page)
    assert page.text_content("#run-title") == f"{name[:-4]} × <b>"
    finished(page)
    assert page.locator("#run-title *").count() == page.locator(".card strong *").count() == 0
    until(page, "document.title === 'jnst'")


@pytest.mark.slow
def test_settings_can_be_used_again_and_a_run_deleted(page):
    give_both(page)
    page.click("label[for=preset-gatys2016]")
    assert page.text_content("#preset-about").startswith("Swirls everywhere")
    assert "CVPR 2016" in page.get_attribute("label[for=preset-gatys2016]", "title")
    page.fill("#size", "40")
    page.click("label[for=quality-draft]")
    page.click("#more summary")
    page.fill("#content_weight", "1.5")
    page.fill("#style_weight", "-2")
    page.fill("#style_size", "1")
    page.fill("#seed", "7")
    page.select_option("#colour", "luminance")
    page.click("#paint")
    finished(page)
    url = page.url
    page.reload()
    page.wait_for_selector("#run[data-status=done]")
    page.click("#again")
    page.wait_for_selector(".zone[data-what=style].filled")
    values = {name: page.input_value(f"#{name}") for name in ("size", "colour", "seed")}
    assert values == {"size": "40", "colour": "luminance", "seed": "7"}
    assert page.is_checked("#preset-gatys2016")
    moved = {"content_weight": "1.5", "style_weight": "-2", "tv_weight": "0", "style_size": "1"}
    assert {name: page.input_value(f"#{name}") for name in moved} == moved
    assert page.is_checked("#quality-draft")
    before = page.locator(".card").count()
    page.click("#delete")
    page.click("#confirm button[value=no]")
    assert page.url == url
    page.click("#delete")
    page.click("#confirm button[value=yes]")
    page.wait_for_selector("#empty", state="visible")
    until(page, f"document.querySelectorAll('.card').length === {before - 1}")


@pytest.mark.slow
def test_by_keyboard_alone(page):
    def tab_to(selector):
        for _ in range(40):
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {selector}")

    tab_to("#more summary")
    page.keyboard.press("Enter")
    tab_to("#seed")
    page.keyboard.type("16")
    page.keyboard.press("Delete")
    with page.expect_file_chooser() as chooser:
        tab_to("#content")
        page.keyboard.press("Enter")
    chooser.value.set_files(picture("own.png"))
    page.wait_for_selector(".zone[data-what=content].filled")
    tab_to("#samples")
    page.keyboard.press("Enter")
    page.wait_for_selector(".zone[data-what=style].filled")
    assert page.evaluate("document.activeElement.id") == "paint"
    page.keyboard.press("Enter")
    page.wait_for_selector("#run[data-status=running]")
    tab_to("#stop")
    focus = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert focus == "solid"
    page.keyboard.press("Enter")
    page.wait_for_selector("#run[data-status=stopped]")
    until(page, "document.activeElement.id === 'resume'")
    page.keyboard.press("Enter")
    finished(page)
    until(page, "document.activeElement.id === 'cut'")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.input_value("#cut") == "52"
    tab_to(".card")
    page.keyboard.press("Enter")
    until(page, "document.activeElement.id === 'stage'")


WIDTHS = (820, 390, 320)


def fit(page):
    """Assert that the page fits windows of several widths."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        assert overflow(page) == 0, f"{width} pixels wide"


def test_it_fits_a_narrow_window(page):
    page.click("#more summary")
    fit(page)
    long = "a_name_without_any_end_" * 5
    page.set_input_files("#content", picture(f"{long}.png"))
    page.set_input_files("#style", picture(f"{long}.png"))
    page.wait_for_selector(".zone[data-what=content].filled")
    page.wait_for_selector(".zone[data-what=style].filled")
    page.click("label[for=preset-gatys2015]")
    page.fill("#seed", "16")
    page.click("#paint")
    page.wait_for_selector("#run[data-status=running]")
    fit(page)
    page.click("#stop")
    page.wait_for_selector("#run[data-status=stopped]")
    page.click("#run-settings summary")
    fit(page)


@pytest.mark.slow
def test_the_gallery_after_a_restart_and_no_server_meanwhile(context, tmp_path):
    with serving(tmp_path / "web") as site, opened(context, site.address) as page:
        paint(page)
        until(page, "document.querySelector('#bar').value > 0.004")
        url = page.url
    with serving(tmp_path / "web") as site, opened(context, site.address) as page:
        page.wait_for_selector(".card .chip[data-status=stopped]")
        page.click(".card")
        page.wait_for_selector("#run[data-status=stopped]")
        assert page.url.split("#")[1] == url.split("#")[1]
        page.click("#resume")
        finished(page)
        page.route("**/api/**", lambda route: route.abort())
        page.wait_for_selector("#banner", state="visible")
        page.unroute("**/api/**")
        page.wait_for_selector("#banner", state="hidden")


@pytest.mark.slow
def test_a_real_picture_from_the_page(context, tmp_path):
    with (
        started(tmp_path / "web", TINY="yes") as address,
        opened(context, address) as page,
    ):
        page.set_default_timeout(240_000)
        page.click("#samples")
        page.wait_for_selector(".zone[data-what=style].filled")
        page.fill("#size", "32")
        page.click("label[for=quality-draft]")
        page.click("#paint")
        finished(page)
        until(page, "document.querySelector('#after').naturalWidth === 32")
        with page.expect_download() as download:
            page.click("#download")
        download.value.save_as(tmp_path / "got.png")
    recorded = files.read_settings(tmp_path / "got.png")
    assert (recorded["size"], recorded["steps"], recorded["content"]) == (
        32,
        [90, 15, 7, 5, 3, 2],
        None,
    )

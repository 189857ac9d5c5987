"""The page in a real browser, where things come late, go wrong, or go away."""

import pytest
from helpers_page import finished, give_both, opened, paint, picture, started, until


@pytest.fixture(scope="module")
def site(browser, tmp_path_factory):
    with started(tmp_path_factory.mktemp("site") / "web", PRETEND="1") as address:
        yield address


@pytest.fixture
def page(browser, site):
    with opened(browser, site) as found:
        yield found


def hold(page, name):
    """Upload a photograph that gets no answer yet; return the route that gives one."""
    held = []
    page.route(f"**/api/pictures?name={name}", lambda route: held.append(route))
    with page.expect_request(f"**/api/pictures?name={name}"):
        page.set_input_files("#content", picture(name))
    until(page, "document.querySelector('.zone[data-what=content].busy') !== null")
    assert len(held) == 1
    return held[0]


def answered(page, route):
    with page.expect_response(route.request.url):
        route.continue_()


def shown(page):
    return page.text_content(".zone[data-what=content] .zone-name").partition(",")[0]


def test_paint_waits_for_a_picture_on_its_way(page):
    give_both(page)
    late = hold(page, "late.png")
    page.fill("#size", "32")
    page.click("#paint")
    page.press("#size", "Enter")  # and is pressed twice
    assert page.is_hidden("#run")
    answered(page, late)
    page.wait_for_selector("#run[data-status=running]")
    assert page.text_content("#run-title") == "late × waves"
    finished(page)
    assert page.locator(".card", has_text="late × waves").count() == 1


def test_paint_does_not_take_the_old_picture_for_one_that_is_refused(page):
    give_both(page)
    late = hold(page, "late.png")
    page.click("#paint")
    late.fulfill(status=400, json={"error": "cannot read 'late.png'", "field": ""})
    page.wait_for_selector("#error-content:not(:empty)")
    until(page, "document.activeElement.id === 'content'")
    assert page.text_content("#error-content") == "cannot read 'late.png'"
    assert page.is_hidden("#run")
    page.click("#paint")  # with what is shown
    page.wait_for_selector("#run[data-status=running]")
    assert page.text_content("#run-title") == "house × waves"


def test_of_two_pictures_chosen_quickly_the_later_one_stays(page):
    first, second = hold(page, "first.png"), hold(page, "second.png")
    answered(page, first)
    page.wait_for_timeout(200)
    assert page.is_visible(".zone[data-what=content].busy:not(.filled)")
    answered(page, second)
    page.wait_for_selector(".zone[data-what=content].filled:not(.busy)")
    assert shown(page) == "second.png"
    third, fourth = hold(page, "third.png"), hold(page, "fourth.png")
    answered(page, fourth)
    until(page, "document.querySelector('.busy') === null")
    answered(page, third)
    page.wait_for_timeout(200)
    assert shown(page) == "fourth.png"


def delete(page):
    page.click("#delete")
    page.click("#confirm button[value=yes]")
    page.wait_for_selector("#empty", state="visible")


def test_the_form_keeps_its_pictures_when_their_run_is_deleted(page):
    paint(page)
    finished(page)
    delete(page)
    page.click("#paint")
    finished(page)
    assert page.text_content("#run-title") == "house × waves"

"""The page in a real browser, where things come late, go wrong, or go away."""

import pytest
from helpers_page import begun, finished, focused, give_both, opened, paint, painted, picture, until

pytestmark = pytest.mark.slow


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
    begun(page)
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
    page.click("#paint")  # no picture is shown any more, and none is painted
    assert page.text_content("#error-content") == "Choose a photograph first."
    assert page.is_hidden("#run")


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
    painted(page)
    delete(page)
    page.click("#paint")
    finished(page)
    assert page.text_content("#run-title") == "house × waves"


def test_a_deleted_run_is_announced_and_the_focus_stays_on_the_page(page):
    painted(page)
    page.focus("#delete")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#empty", state="visible")
    focused(page, "stage")
    assert page.text_content("#announce") == "house × waves: Deleted"


def test_links_within_the_page_leave_the_run_open(page):
    paint(page)
    for place in ("stage", "gallery"):
        page.focus(f"a[href='#{place}']")
        page.keyboard.press("Enter")
        focused(page, place)
        page.reload()
        page.wait_for_selector("#run[data-status=running]")


def test_whatever_keeps_the_page_from_its_news_is_said(page):
    page.route("**/api/runs", lambda route: route.fulfill(status=500, body="x"))
    page.wait_for_selector("#banner", state="visible")
    assert page.text_content("#banner") == "This may be out of date: the server said 500."
    page.unroute("**/api/runs")
    page.wait_for_selector("#banner", state="hidden")


def test_a_fault_of_the_page_is_said_and_not_swallowed(context, shared_site):
    def open_at_fault():
        with opened(context, shared_site.address) as page:
            page.route("**/api/runs", lambda route: route.fulfill(json=[None]))
            page.wait_for_selector("#banner", state="visible")
            page.unroute("**/api/runs")
            page.wait_for_selector("#banner", state="hidden")

    with pytest.raises(AssertionError, match="null"):
        open_at_fault()


def test_only_pictures_of_cards_near_the_window_are_asked_for(page):
    painted(page)
    run = page.evaluate("fetch('/api/runs').then((answer) => answer.json())")[0]
    many = [run | {"id": f"{i:016x}"} for i in range(300)]
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.route("**/api/runs", lambda route: route.fulfill(json=many))
    until(page, "document.querySelectorAll('.card').length === 300")
    page.wait_for_timeout(1000)
    previews = {url for url in asked if "preview.jpg" in url}
    assert 1 < len(previews) < 150


def test_where_pictures_go_is_said_by_who_can_reach_the_server(page):
    own = {}
    page.route("**/api/choices", lambda route: route.fulfill(json=route.fetch().json() | own))
    for local, says in (
        (True, "Nothing leaves this machine."),
        (False, "Pictures go to the machine that sent you this page, and stay there."),
        (None, ""),
    ):
        own["local"] = local
        page.reload()
        page.wait_for_selector("body[data-ready]")
        assert page.text_content("#where") == says


def test_what_the_picture_is_called_is_what_it_shows(page):
    paint(page)
    until(page, "document.querySelector('#bar').value > 0")
    assert page.get_attribute("#after", "alt") == "The painted picture"
    page.click("#paint")
    page.wait_for_selector("#run[data-status=queued]")
    assert page.get_attribute("#after", "alt") == "The photograph"

"""The page in several tabs: what one does, the others see, and nobody's work is lost."""

import re

import pytest
from helpers_page import finished, give_both, paint, painted, until

pytestmark = pytest.mark.slow


@pytest.fixture
def twin(page, shared_site):
    """A second tab beside `page`; what it is not told yet, it has to find out by asking."""
    other = page.context.new_page()
    other.goto(shared_site.address)
    other.wait_for_selector("body[data-ready]")
    page.bring_to_front()
    return other


def click(tab, selector):
    """Click in a tab, in front: one behind draws once a second, and a click waits for two."""
    tab.bring_to_front()
    tab.click(selector)


def test_all_see_the_same_and_a_closed_one_loses_nothing(page, shared_site):
    paint(page)
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("#run[data-status=running]")
    page.close()
    other.wait_for_selector("#stop")
    third = other.context.new_page()
    third.goto(shared_site.address)
    third.wait_for_selector(".chip[data-status=running]")
    click(other, "#stop")
    third.wait_for_selector(".card .chip[data-status=stopped]")
    click(third, ".card >> nth=0")
    click(third, "#resume")
    other.wait_for_selector("#run[data-status=done]")


def test_a_tab_that_comes_later_shows_what_is_being_painted_or_was_last(page, shared_site):
    paint(page)
    later = page.context.new_page()
    later.goto(shared_site.address)
    later.wait_for_selector("#run[data-status=running]")
    assert later.evaluate("location.hash") == page.evaluate("location.hash")
    click(later, "#stop")
    later.wait_for_selector("#run[data-status=stopped]")
    another = page.context.new_page()
    another.goto(shared_site.address)
    another.wait_for_selector("#run[data-status=stopped]")
    assert another.evaluate("location.hash") == page.evaluate("location.hash")


def test_what_waits_says_when_it_begins(page, shared_site):
    paint(page)
    until(page, "document.querySelector('#bar').value > 0")
    give_both(page)
    page.click("#paint")
    page.wait_for_selector("#run[data-status=queued]")
    assert page.text_content("#run-steps") == "Next in the queue"
    assert re.fullmatch(r"begins in about \d+ s", page.text_content("#run-left"))


def test_two_that_paint_at_once_wait_for_each_other(page, twin):
    for tab in (page, twin):
        give_both(tab)
        tab.fill("#size", "32")
    page.evaluate("document.querySelector('#paint').click()")  # without waiting for what follows
    twin.evaluate("document.querySelector('#paint').click()")
    for tab in (page, twin):
        tab.wait_for_selector("#run:not([hidden])")
    assert len({tab.evaluate("location.hash") for tab in (page, twin)}) == 2
    for tab in (page, twin):
        finished(tab)


def deaf(tab):
    """Let a tab hear nothing new of any run, though it can still act."""
    tab.route("**/api/runs", lambda route: route.abort())


def test_what_another_has_deleted_is_said_by_each_button(page, twin):
    painted(page)
    twin.goto(page.url)
    finished(twin)
    deaf(twin)
    click(page, "#delete")
    click(page, "#confirm [value=yes]")
    page.wait_for_selector("#run", state="hidden")
    click(twin, "#delete")
    click(twin, "#confirm [value=yes]")
    twin.wait_for_selector("#error-run:not(:empty)")
    assert twin.text_content("#error-run") == "this run is no longer there"
    click(twin, "#again")  # the pictures are still there, for now
    assert twin.text_content("#error-run") == ""
    assert "house.png" in twin.text_content(".zone[data-what=content] .zone-name")


def test_stopped_and_gone_on_with_in_both(page, twin):
    paint(page)
    twin.goto(page.url)
    twin.wait_for_selector("#run[data-status=running]")
    for tab in (page, twin):
        tab.evaluate("document.querySelector('#stop').click()")
    for tab in (page, twin):
        tab.wait_for_selector("#run[data-status=stopped]")
    for tab in (page, twin):
        tab.evaluate("document.querySelector('#resume').click()")
    for tab in (page, twin):
        finished(tab)
        assert tab.text_content("#error-run") == ""
    assert page.evaluate("location.hash") == twin.evaluate("location.hash")

"""The page's form in a real browser: pictures and settings, and what is said of wrong ones."""

import pytest
from helpers_page import begun, focused, give_both


@pytest.mark.slow
def test_a_bad_file_and_one_that_is_too_large(page, tmp_path):
    page.set_input_files("#content", {"name": "a.txt", "mimeType": "x/y", "buffer": b"hello"})
    page.wait_for_selector("#content[aria-invalid=true]")
    says = page.text_content("#error-content")
    assert says.startswith("cannot read 'a.txt' as a picture: its format is none of")
    large = tmp_path / "large.png"
    with open(large, "wb") as stream:
        stream.truncate(2**25 + 1)
    page.set_input_files("#style", large)
    page.wait_for_selector("#style[aria-invalid=true]")
    assert page.text_content("#error-style") == "large.png is too large: at most 32 MB"
    page.click("#paint")
    assert page.text_content("#error-content") == "Choose a photograph first."
    assert page.evaluate("document.activeElement.id") == "content"
    give_both(page)  # and all is well
    assert page.text_content("#error-content") == page.text_content("#error-style") == ""


def test_a_setting_that_cannot_be_used_is_said_beside_it(page):
    give_both(page)
    page.fill("#size", "0")
    page.click("#paint")
    page.wait_for_selector("#error-size:not(:empty)")
    assert page.text_content("#error-size") == "size must be a number of at least 1, not 0"
    assert page.get_attribute("#size", "aria-invalid") == "true"


def test_a_size_too_small_for_the_network_is_said_beside_it(page):
    give_both(page)
    page.fill("#size", "20")
    page.click("#paint")
    page.wait_for_selector("#error-size:not(:empty)")
    assert page.text_content("#error-size").startswith("size 20 is too small: the photograph is 20")
    focused(page, "size")


def test_drop_and_paste(page):
    drop = """([selector, kind, name]) => {
      const canvas = new OffscreenCanvas(8, 8);
      canvas.getContext('2d').fillRect(0, 0, 4, 4);
      return canvas.convertToBlob().then((blob) => {
        const data = new DataTransfer();
        data.items.add(new File([blob], name, {type: 'image/png'}));
        const options = {bubbles: true, cancelable: true, dataTransfer: data, clipboardData: data};
        const kinds = {drop: DragEvent, paste: ClipboardEvent};
        document.querySelector(selector).dispatchEvent(new kinds[kind](kind, options));
      });
    }"""
    page.evaluate(drop, [".zone[data-what=style] label", "drop", "dropped.png"])
    page.wait_for_selector(".zone[data-what=style].filled")
    page.evaluate(drop, ["body", "paste", "pasted.png"])
    page.wait_for_selector(".zone[data-what=content].filled")
    assert "dropped.png, 8 × 8" in page.inner_text(".zone[data-what=style]")
    assert "pasted.png, 8 × 8" in page.inner_text(".zone[data-what=content]")


def test_a_dropped_folder_is_called_so(page, tmp_path):
    (tmp_path / "photos").mkdir()
    box = page.locator(".zone[data-what=style] label").bounding_box()
    drag = {"x": box["x"] + 50, "y": box["y"] + 50, "data": {"items": []}}
    drag["data"] |= {"files": [str(tmp_path / "photos")], "dragOperationsMask": 1}
    protocol = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        protocol.send("Input.dispatchDragEvent", {"type": kind, **drag})
    page.wait_for_selector("#error-style:not(:empty)")
    assert page.text_content("#error-style") == "photos cannot be read; is it a folder?"


def test_a_size_that_was_typed_outlives_the_choice_of_a_preset(page):
    page.click("label[for=preset-gatys2015]")
    own = page.input_value("#size")
    page.fill("#size", "77")
    page.click("label[for=preset-default]")
    assert page.input_value("#size") == "77"
    page.click("#more summary")
    page.click("#reset")
    page.click("label[for=preset-gatys2015]")
    assert page.input_value("#size") == own


def test_pictures_are_called_what_the_page_calls_them(page):
    give_both(page)
    said = {"error": "style: the picture is no longer there; choose it again", "field": "style"}
    page.route("**/api/runs", lambda route: route.fulfill(status=400, json=said))
    page.click("#paint")
    page.wait_for_selector("#error-style:not(:empty)")
    says = page.text_content("#error-style")
    assert says == "painting: the picture is no longer there; choose it again"
    focused(page, "style")


@pytest.mark.slow
def test_a_number_that_is_not_whole_is_said_in_words(page):
    give_both(page)
    for field in ("size", "seed"):
        for value in ("", "12.5", "1e30"):
            page.evaluate("document.querySelector('#more').open = true")
            page.fill(f"#{field}", value)
            page.evaluate("document.querySelector('#more').open = false")
            page.evaluate(f"document.querySelector('#error-{field}').textContent = ''")
            page.click("#paint")
            page.wait_for_selector(f"#error-{field}:not(:empty)")
            assert page.text_content(f"#error-{field}") == f"{field} must be a whole number"
            focused(page, field)
        page.fill(f"#{field}", "64")
        assert page.text_content(f"#error-{field}") == ""
        assert page.get_attribute(f"#{field}", "aria-invalid") == "false"


def test_what_means_nothing_in_one_pass_can_neither_be_changed_nor_is_it_sent(page):
    give_both(page)
    page.click("label[for=preset-gatys2016]")
    page.click("#more summary")
    page.fill("#style_weight", "1")
    page.select_option("#init", "noise")
    page.click("label[for=quality-instant]")
    disabled = page.eval_on_selector_all(
        "#form :disabled[id]:not(#preset input)", "all => all.map((one) => one.id)"
    )
    assert disabled == [
        "preset",
        "content_weight",
        "style_weight",
        "tv_weight",
        "style_size",
        "init",
    ]
    page.fill("#size", "64")
    begins = lambda one: one.method == "POST" and one.url.endswith("/api/runs")  # noqa: E731
    with page.expect_request(begins) as asked:
        page.click("#paint")
    sent = asked.value.post_data_json
    assert (sent["preset"], sent["quality"]) == ("default", "instant")
    assert sent["changes"] == {"size": 64}
    begun(page)
    assert page.text_content(".card .chosen") == "One pass, 64 px"
    assert "Look" not in page.text_content("#run-settings dl")
    page.click("label[for=quality-normal]")
    assert page.is_checked("#preset-gatys2016")
    assert page.is_enabled("#preset-gatys2016")
    assert page.input_value("#init") == "noise"

"""`stylize(..., show=True)`: in a kernel as in Jupyter, and its picture as it changes."""

import base64
import importlib
import io
import re
import sys
import types

import nbclient
import nbformat
import numpy as np
import PIL.Image
import pytest
from helpers import ROOT

import jnst
from jnst.display import notebook
from jnst.errors import InputError
from jnst.optimize.loop import Progress
from jnst.transfer.method import PIXELS

QUICK = {"size": 24, "first_size": None, "steps": (3,), "content_layers": ("relu1_1",)}
QUICK |= {"style_layers": ("relu1_1",), "engine": "byhand"}  # nothing is compiled
pytestmark = pytest.mark.usefixtures("small_styles", "quick_preview")
PHOTO, PAINTING = np.random.default_rng(0).random((2, 1, 24, 24, 3), np.float32)


def parse(page):
    """Return the picture, as numbers from 0 to 255, and the line below it."""
    data, caption = re.fullmatch(
        r'<figure><img src="data:image/jpeg;base64,([^"]+)" alt="[^"]+">'
        r"<figcaption>([^<]+)</figcaption></figure>",
        page,
    ).groups()
    with PIL.Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        return np.asarray(picture, float), caption


@pytest.fixture
def shown(monkeypatch):
    """Stand in for IPython in a notebook; return what the cell shows, one after the other."""
    pages = []
    handle = types.SimpleNamespace(update=pages.append)

    def display(page, *, display_id):
        assert display_id is True
        pages.append(page)
        return handle

    kernel = types.SimpleNamespace(kernel=None)
    ipython = types.SimpleNamespace(get_ipython=lambda: kernel)
    output = types.SimpleNamespace(display=display, HTML=str)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", output)
    return pages


def progress(step, value):
    picture = np.full((1, 4, 6, 3), value, np.float32)
    return Progress(step, 1.0, {"style": 1.0}, picture, picture, 1 / step, 1.0)


def test_a_picture_a_second_and_the_last_one(shown, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(notebook.time, "monotonic", lambda: clock[0])
    with notebook.live([1.0] * 50, lambda image: 1 - image) as tell:
        for step in range(1, 31):
            clock[0] += 0.25
            tell(progress(step, step / 100))
    first, *pages = shown
    assert first == "starting"
    assert len(pages) == 8 + 1  # steps 1, 5, … 29 and the end
    pictures, captions = zip(*map(parse, pages), strict=True)
    for picture, step in zip(pictures, [*range(1, 31, 4), 30], strict=True):
        assert np.abs(picture - 255 * (1 - step / 100)).max() <= 2
    assert captions[0] == "6 x 4, 1 of 50 evaluations, total 1, compiling"
    assert captions[1] == "6 x 4, 5 of 50 evaluations, total 0.2, 11 s left"
    assert captions[-1] == "6 x 4, 30 of 50 evaluations, total 0.03333, in 8 s"


def test_a_large_picture_is_shown_smaller(shown):
    large = np.zeros((1, 20, 2048, 3), np.float32)
    with notebook.live([1.0], lambda image: image) as tell:
        tell(Progress(1, 1.0, {"style": 1.0}, large, large, 1.0, 1.0))
    picture, caption = parse(shown[-1])
    assert picture.shape == (10, 1024, 3)
    assert caption.startswith("2048 x 20, 1 of 1 evaluations")


def test_what_was_seen_is_what_is_returned(shown):
    picture = jnst.stylize(PHOTO, PAINTING, show=True, **QUICK)
    seen, caption = parse(shown[-1])
    assert np.abs(seen - 255 * picture.array).mean() < 8  # JPEG does not like noise
    assert caption.startswith("24 x 24, 3 of 3 evaluations, total ")
    np.testing.assert_array_equal(picture, jnst.stylize(PHOTO, PAINTING, **QUICK))


def test_a_preview_comes_first_and_is_no_step(shown, monkeypatch):
    monkeypatch.setattr(notebook, "next_look", lambda began, every: 0.0)
    jnst.stylize(PHOTO, PAINTING, show=True, **QUICK)
    captions = [parse(page)[1] for page in shown[1:]]
    assert captions[0] == "24 x 24, preview, compiling"
    assert [re.findall(r", (\d) of 3", caption) for caption in captions[1:]] == [
        ["1"],
        ["2"],
        ["3"],
        ["3"],
    ]
    assert captions[1].endswith(", compiling"), "the preview is not what seconds are counted from"


@pytest.mark.parametrize("options", [{"quality": "instant", "size": 24}, QUICK])
def test_there_is_none_of_what_is_painted_at_once_or_by_a_method_of_ones_own(
    options, shown, monkeypatch
):
    monkeypatch.setattr(notebook, "next_look", lambda began, every: 0.0)
    method = PIXELS if options is QUICK else "pixels"
    jnst.stylize(PHOTO, PAINTING, show=True, method=method, **options | {"engine": "byhand"})
    assert len(shown) > 1
    assert not any("preview" in page for page in shown)


@pytest.mark.parametrize("when", ["preview.instant", "method.paint"])
def test_to_interrupt_it_before_the_first_step_returns_nothing(when, shown, monkeypatch):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"jnst.transfer.{when}", interrupted)
    with pytest.raises(KeyboardInterrupt):
        jnst.stylize(PHOTO, PAINTING, show=True, **QUICK)
    assert all("preview" in page for page in shown[1:])


def test_to_interrupt_it_ends_it_with_the_best_so_far(shown, monkeypatch):
    module = importlib.import_module("jnst.transfer.method")
    original = module.paint

    def interrupted(*arguments, **options):
        yield next(original(*arguments, **options))
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "paint", interrupted)
    picture = jnst.stylize(PHOTO, PAINTING, show=True, **QUICK)
    assert picture.array.shape == (24, 24, 3)
    assert " 1 of 3 evaluations" in parse(shown[-1])[1]
    with pytest.raises(KeyboardInterrupt):
        jnst.stylize(PHOTO, PAINTING, **QUICK)


def test_what_is_painted_in_one_pass_has_no_losses(shown):
    options = {"method": "multistyle", "style_number": (3,), "engine": "byhand", "size": 24}
    picture = jnst.stylize(PHOTO, show=True, **options)
    caption = parse(shown[-1])[1]
    assert caption.startswith("24 x 24, in ")
    np.testing.assert_array_equal(picture, jnst.stylize(PHOTO, **options))


@pytest.mark.parametrize("ipython", [None, types.SimpleNamespace(get_ipython=lambda: None)])
def test_elsewhere_it_is_refused(ipython, monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    with pytest.raises(InputError, match="show is for Jupyter notebooks; leave it out here"):
        jnst.stylize(PHOTO, PAINTING, show=True, **QUICK)


@pytest.mark.slow
def test_in_a_kernel_the_cell_has_one_output_that_changes():
    cell = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import numpy as np, jnst
photo, painting = np.random.default_rng(0).random((2, 1, 24, 24, 3), np.float32)
picture = jnst.stylize(photo, painting, show=True, **{QUICK!r})
"""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    nbclient.NotebookClient(book, timeout=300).execute()
    (output,) = book.cells[0].outputs
    assert output.output_type == "display_data"
    assert "3 of 3 evaluations" in parse(output.data["text/html"])[1]

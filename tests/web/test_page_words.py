"""What the page says of a run: its own modules, in a real browser, given what a server tells."""

import pytest

ONE, TWO = [[64, 6]], [[32, 3], [64, 3]]
FALLS = [[1, 9.0], [2, 8.0], [3, 7.0], [4, 6.0], [5, 5.0], [6, 4.0]]


def told(page, module, call):
    return page.evaluate(f"async () => (await import('/{module}.js')).{call}")


@pytest.mark.parametrize(
    ("stages", "rises", "is_said"),
    [(TWO, 4, True), (ONE, 4, False), ([], 4, False), (TWO, 5, False), (TWO, None, False)],
)
def test_a_jump_of_the_curve_is_explained_where_the_size_changed(page, stages, rises, is_said):
    curve = [[step, 20.0 if rises == step else total] for step, total in FALLS]
    painted = {"steps": 6, "curve": curve, "stages": stages}
    told(page, "curve", f"draw({painted})")
    assert page.evaluate("!document.querySelector('#curve-jumps').hidden") is is_said


@pytest.mark.parametrize(
    ("run", "says"),
    [
        (
            "{status: 'running', since: 13}",
            "Getting ready (13 s so far). The first picture of each size takes longer.",
        ),
        ("{status: 'stopped'}", "Nothing is painted yet"),
        ("{status: 'stopped', painted: {steps: 0}}", "Only a quick preview so far"),
        ("{status: 'stopping', painted: {steps: 0}}", "Only a quick preview so far"),
    ],
)
def test_before_the_first_step_it_says_what_there_is(page, run, says):
    assert told(page, "words", f"steps({run})") == says

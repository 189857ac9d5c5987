import csv
import os

import numpy as np
import PIL.Image
import pytest
from helpers import check_refused

import jnst.cli
from jnst.commands import compare as command
from jnst.experiments.compare import compare
from jnst.pictures import files, samples
from jnst.runs.record import Inputs, record
from jnst.transfer.settings import Settings

pytestmark = pytest.mark.usefixtures("tiny")
CHEAP = ["--content-layers", "relu1_2", "--style-layers", "relu1_1", "relu2_1"]
CHEAP += ["--engine", "byhand"]  # nothing to compile
PAIR = ["--content", "photo.png", "--style", "painting.png"]
SETTINGS = Settings(
    content_layers=("relu1_2",), style_layers=("relu1_1", "relu2_1"), engine="byhand"
)
MEASURES = {
    "width, pixels": "",
    "height, pixels": "",
    "total loss, weighted": "lower",
    "content loss, weighted": "lower",
    "content loss relu1_2": "lower",
    "style loss, weighted": "lower",
    "style loss relu1_1": "lower",
    "style loss relu2_1": "lower",
    "total variation, weighted": "lower",
    "total variation": "lower",
    "straight lines, weighted": "lower",
    "straight lines": "lower",
    "structure as content (SSIM)": "higher",
    "distance W to style relu1_1": "lower",
    "distance W to style relu2_1": "lower",
    "colours to style": "lower",
    "colours to content": "lower",
}


@pytest.fixture(autouse=True)
def _pictures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    PIL.Image.fromarray(samples.content()).resize((40, 27)).save("photo.png")
    PIL.Image.open(samples.STYLE).resize((36, 27)).save("painting.png")
    PIL.Image.open(samples.STYLE).resize((40, 27)).save("result.png")


def run(*arguments):
    return jnst.cli.main(["compare", *map(str, arguments), "--no-cache"])


def made(name, **inputs):
    """Write a picture that says what it was made of."""
    files.write(name, files.read("result.png"), settings=record(Settings(), Inputs()) | inputs)


def table(path):
    """Read the CSV: {measure: (better, values)}, and the names of the results."""
    with open(path, encoding="utf-8", newline="") as stream:
        (first, second, *names), *rows = csv.reader(stream)
    assert (first, second) == ("measure", "better")
    return {row[0]: (row[1], list(map(float, row[2:]))) for row in rows}, names


def test_the_csv_has_every_number_with_all_digits(capsys):
    assert run("photo.png", "result.png", *PAIR, *CHEAP, "--csv", "t.csv") == 0
    assert capsys.readouterr().out.endswith("wrote t.csv\n")
    found, names = table("t.csv")
    assert names == ["photo.png", "result.png"]
    assert {measure: better for measure, (better, _) in found.items()} == MEASURES
    content, style = files.read("photo.png"), files.read("painting.png")
    for i, name in enumerate(names):
        one = compare(files.read(name), content, style, SETTINGS)
        expected = [one.width, one.height, sum(one.weighted.values()), one.weighted["content"]]
        expected += [one.content["relu1_2"], one.weighted["style"], *one.style.values()]
        for term in ("tv", "lines"):
            expected += [one.weighted[term], one.picture[term]]
        expected.append(one.similarity)
        expected += [*one.wasserstein.values(), one.colour_to_style, one.colour_to_content]
        assert [values[i] for _, values in found.values()] == expected
    assert found["width, pixels"][1] == [40, 40]
    assert found["height, pixels"][1] == [27, 27]


def test_the_table_has_the_same_rows_and_says_what_is_better(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    assert run("photo.png", "result.png", *PAIR, *CHEAP, "--csv", "t.csv") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["measure", "better", "photo.png", "result.png"]
    found, _ = table("t.csv")
    for line, (measure, (better, values)) in zip(lines[3:], found.items(), strict=False):
        expected = [*measure.split(), *better.split(), *(f"{value:.4g}" for value in values)]
        assert line.split() == expected
    explained = " ".join(lines)
    assert "Content loss: features, relative-contraharmonic. Style loss: wasserstein" in explained
    assert "data range 1" in explained


# A narrow terminal must not cut a number or a name.
def test_more_results_than_fit_go_into_further_tables(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    result = files.read("result.png")
    measured = compare(result, result, files.read("painting.png"), SETTINGS)
    each = (measured._replace(colour_to_content=float(i)) for i in range(5))
    monkeypatch.setattr(command, "compare", lambda *_: next(each))
    names = [f"r[b]{i}.png" for i in range(5)]  # to rich, [b] would be bold
    for name in names:
        PIL.Image.open("result.png").save(name)
    assert run(*names, *PAIR, *CHEAP) == 0
    out = capsys.readouterr().out
    assert out.count("measure") > 1
    assert [word for word in out.split() if word.startswith("r[b]")] == names
    assert "…" not in out
    last = [line for line in out.splitlines() if "colours to content" in line]
    assert [word for line in last for word in line.split()[4:]] == ["0", "1", "2", "3", "4"]
    assert max(map(len, out.splitlines())) <= 80


def test_a_long_name_is_folded_not_cut(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    name = "abcdefghij" * 6 + ".png"
    PIL.Image.open("result.png").save(name)
    assert run(name, *PAIR, *CHEAP) == 0
    head = capsys.readouterr().out.split("──")[0]
    assert head.replace("measure", "").replace("better", "").replace("\n", "").split() != []
    assert "".join(head.split()).replace("measurebetter", "") == name


def test_what_a_result_was_made_of_is_in_its_metadata(monkeypatch):
    made("made.png", content="photo.png", styles=("painting.png",))
    assert run("made.png", *CHEAP, "--csv", "one.csv") == 0
    assert run("made.png", *PAIR, *CHEAP, "--csv", "two.csv") == 0
    assert table("one.csv") == table("two.csv")


def test_what_is_given_goes_before_what_is_recorded():
    made("made.png", content="photo.png", styles=("painting.png",))
    assert run("made.png", *CHEAP, "--style", "photo.png", "--csv", "one.csv") == 0
    pair = ["--content", "photo.png", "--style", "photo.png"]
    assert run("made.png", *pair, *CHEAP, "--csv", "two.csv") == 0
    assert table("one.csv") == table("two.csv")
    assert run("made.png", *CHEAP, "--content", "painting.png", "--csv", "one.csv") == 0
    pair = ["--content", "painting.png", "--style", "painting.png"]
    assert run("made.png", *pair, *CHEAP, "--csv", "two.csv") == 0
    assert table("one.csv") == table("two.csv")


def test_a_result_of_several_styles_can_be_compared_with_one():
    made("made.png", content="photo.png", styles=("painting.png", "result.png"))
    assert run("made.png", *CHEAP, "--style", "painting.png", "--csv", "one.csv") == 0
    assert run("made.png", *PAIR, *CHEAP, "--csv", "two.csv") == 0
    assert table("one.csv") == table("two.csv")


def test_a_picture_of_the_built_in_pair():
    made("made.png")
    assert run("made.png", *CHEAP, "--csv", "one.csv") == 0
    PIL.Image.fromarray(samples.content()).save("chelsea.png")
    pair = ["--content", "chelsea.png", "--style", samples.STYLE]
    assert run("made.png", *pair, *CHEAP, "--csv", "two.csv") == 0
    assert table("one.csv") == table("two.csv")


def test_each_result_has_its_own_pictures():
    made("one.png", content="photo.png", styles=("painting.png",))
    made("two.png", content="result.png", styles=("painting.png",))
    assert run("one.png", "two.png", *CHEAP, "--csv", "t.csv") == 0
    found, _ = table("t.csv")
    similar = found["structure as content (SSIM)"][1]
    assert similar[0] < 0.5
    assert similar[1] == pytest.approx(1, abs=1e-12)


def test_options_choose_the_objective(capsys):
    assert run("result.png", *PAIR, *CHEAP, "--size", 24, "--csv", "t.csv") == 0
    assert table("t.csv")[0]["width, pixels"][1] == [24]
    preset = ["--preset", "gatys2016", "--content-layers", "conv2_1"]
    preset += ["--style-layers", "relu1_2", "relu2_2", "--style-layer-weights", "1", "1"]
    preset += ["--engine", "byhand"]
    assert run("result.png", *PAIR, *preset, "--csv", "t.csv") == 0
    assert "Style loss: gram, mean." in " ".join(capsys.readouterr().out.split())
    assert "style loss relu2_2" in table("t.csv")[0]


def test_the_default_is_the_default_objective():
    assert run("result.png", *PAIR, "--csv", "t.csv") == 0
    found = table("t.csv")[0]
    expected = [f"style loss {layer}" for layer in Settings().resolved.style_layers]
    assert [name for name in found if name.startswith("style loss relu")] == expected


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([*PAIR], "name at least one RESULT"),
        (["missing.png", *PAIR], "cannot read 'missing.png'"),
        (["result.png", "text.png", *PAIR], "cannot read 'text.png'"),
        (["result.png", "--content", "missing.png", "--style", "painting.png"], "'missing.png'"),
        (["result.png"], "result.png does not say what it was made of; give --content and --style"),
        (["result.png", "--content", "photo.png"], "give --content and --style"),
        (["blended.png"], "blended.png was made of 2 styles; give --style, one"),
        (["gone.png"], "gone.png was made of gone.jpg, which is not there; give --content"),
        (
            ["gone.png", "--content", "photo.png"],
            "made of lost.jpg, which is not there; give --sty",
        ),
        (["unknown.png"], "a setting 'glow', which is unknown here"),
        (["one.png", *PAIR], "relu2_1 needs at least 2 x 2"),
        (["small.png", *PAIR], "structural similarity needs at least 11 x 11"),
        (["result.png", *PAIR, "--csv", "result.png"], "unknown suffix '.png'; choose from .csv"),
        (["result.png", *PAIR, "--csv", "no/such/t.csv"], "there is no folder 'no/such'"),
        (["result.png", *PAIR, "--csv", "folder.csv"], "not a regular file"),
        (["result.png", *PAIR, "--style-loss", "tram"], "--style-loss"),
        (["result.png", *PAIR, "--style-layers", "relu6_1"], "the nearest names are relu"),
        (["result.png", *PAIR, "--like", "result.png"], "unknown option --like"),
        (["result.png", *PAIR, "--frobnicate"], "--frobnicate"),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments, says, capfd):
    with open("text.png", "w") as text:
        text.write("no picture\n")
    PIL.Image.new("RGB", (1, 1)).save("one.png")
    PIL.Image.new("RGB", (20, 8)).save("small.png")
    made("blended.png", styles=("painting.png", "photo.png"))
    made("gone.png", content="gone.jpg", styles=("lost.jpg",))
    files.write("unknown.png", files.read("result.png"), settings={"glow": 1})
    os.mkdir("folder.csv")
    before = sorted(os.listdir())
    cheap = [] if "--style-layers" in arguments else CHEAP
    check_refused(run(*arguments, *cheap), capfd.readouterr(), says, before)
    assert files.read("result.png").shape == (1, 27, 40, 3)


def test_a_table_that_cannot_be_written_costs_no_measuring(monkeypatch):
    def measured(*_):
        raise AssertionError("measured before")

    monkeypatch.setattr(command, "compare", measured)
    assert run("result.png", *PAIR, "--csv", "no/such/t.csv") == 2


def test_an_older_table_stays_whole_when_measuring_fails(monkeypatch):
    with open("t.csv", "w") as older:
        older.write("older")
    assert run("result.png", "missing.png", *PAIR, *CHEAP, "--csv", "t.csv") == 2
    with open("t.csv") as older:
        assert older.read() == "older"
    assert run("result.png", *PAIR, *CHEAP, "--csv", "t.csv") == 0
    assert np.isfinite([value for _, (value,) in table("t.csv")[0].values()]).all()


def test_help_lists_it(capsys):
    assert jnst.cli.main([]) == 0
    assert "compare" in capsys.readouterr().out
    assert run("--help") == 0
    out = capsys.readouterr().out
    assert "RESULT" in out
    assert "--csv" in out

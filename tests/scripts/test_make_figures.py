import PIL.Image
import pytest
from helpers import ROOT, documents, load_script

COLUMNS = {
    "gallery": 3,
    "masters": 4,
    "ratio": 5,
    "layers": 5,
    "init": 5,
    "colour": 5,
    "blend": 5,
    "mask": 3,
    "networks": 3,
    "dream": 3,
}


def test_every_figure_is_in_the_repository_and_on_a_page():
    text = "\n".join(documents().values())
    for name in ("strip", *COLUMNS):
        assert f"figures/{name}.jpg)" in text, name
        with PIL.Image.open(ROOT / f"scripts/figures/{name}.jpg") as figure:
            assert figure.width > 600


SLOW = ("gallery", "ratio", "init", "blend")  # together half a minute; the others show the same


@pytest.mark.parametrize(
    "name",
    ["colour", "mask", "masters", *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)],
)
def test_the_script_makes_them(name, tiny, tmp_path, capsys):
    words = ["--size", "32", "--steps", "1", "--only", name, "--out", str(tmp_path)]
    load_script("make_figures.py").main(words)
    assert capsys.readouterr() == (f"{name}.jpg\n", "")
    with PIL.Image.open(tmp_path / f"{name}.jpg") as figure:
        assert figure.width == 8 + COLUMNS[name] * (160 + 8)


def test_the_strip_has_photograph_painting_and_result_in_a_row(tiny, tmp_path, capsys):
    words = ["--size", "32", "--only", "strip", "--out", str(tmp_path)]
    load_script("make_figures.py").main(words)
    assert capsys.readouterr() == ("strip.jpg\n", "")
    with PIL.Image.open(tmp_path / "strip.jpg") as figure:
        assert figure.height == 21
        assert figure.width > 3 * 21 + 2 * 36
        figure = figure.convert("L")
        assert min(figure.getpixel((x, 10)) for x in range(32 + 6, 32 + 30)) < 100, "the plus"


def test_a_network_without_weights_of_its_own_is_not_shown(tiny, monkeypatch):
    script = load_script("make_figures.py")
    painted = []
    monkeypatch.setattr(script.store, "find", lambda name: name == "vgg19")
    monkeypatch.setattr(script, "painted", lambda common, **options: painted.append(options))
    assert [[name for name, _ in row] for row in script.networks({})] == [["vgg19"]]
    assert painted == [{"backbone": "vgg19"}]

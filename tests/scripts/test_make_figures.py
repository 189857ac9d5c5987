import PIL.Image
import pytest
from helpers import ROOT, load_script

COLUMNS = {
    "gallery": 3,
    "masters": 4,
    "ratio": 5,
    "layers": 5,
    "init": 5,
    "colour": 5,
    "blend": 5,
    "mask": 3,
    "networks": 4,
    "dream": 3,
}


def test_every_figure_is_in_the_readme_and_in_the_repository():
    readme = (ROOT / "README.md").read_text("utf-8")
    for name in COLUMNS:
        assert f"(scripts/figures/{name}.jpg)" in readme
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

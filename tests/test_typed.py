"""Who checks types is told of a wrong setting before anything runs."""

import json
import subprocess
import sys

import pytest
from helpers import ROOT

RIGHT = """
import jnst
import matplotlib.pyplot as plt
import numpy as np
from pathlib import Path

result: jnst.Result = jnst.stylize(
    Path("photo.jpg"), ["painting.jpg", b"bytes"], masks=[np.ones((2, 2))], callback=print,
    size=3, steps=8, style_layers=["relu1_1"], blend=(1.0, 2), tile=200, colour="pca",
    quality="draft", method="ghiasi", verbose=True,
)
array: np.ndarray = result.array
plt.imshow(result)
np.asarray(result).mean()
result.save("a.png", depth=16)
jnst.write("b.png", result)
jnst.stylize(result, steps=(1, 2), style_number=[1, "monet"], style_layers="relu1_1")
film: jnst.VideoResult = jnst.stylize_video(
    "clip.mp4", "painting.jpg", "out.mp4", size=3, steps=4, earlier=[1, 2], callback=print,
)
network: jnst.TrainingResult = jnst.train(
    ["painting.jpg"], Path("photos"), "painting.jnst", steps=3, style_layers="relu1_1",
)
jnst.stylize("photo.jpg", network)
"""
WRONG = {
    'jnst.stylize("a.png", sise=3)': 'No parameter named "sise"',
    'jnst.stylize("a.png", size="big")': '"Literal[\'big\']" is not assignable to "int"',
    'jnst.stylize("a.png", steps=0.5)': '"float" cannot be assigned to parameter "steps"',
    'jnst.stylize("a.png", quality="fast")': "Literal['fast']",
    'jnst.stylize("a.png", style_loss="gramm")': "Literal['gramm']",
    'jnst.stylize_video("a.mp4", "a.png", "b.mp4", frame_step=3)': 'named "frame_step"',
    'jnst.stylize_video("a.mp4", "a.png", "b.mp4", flow="ras")': "Literal['ras']",
    'jnst.train("a.png", "b", "c.jnst", stepps=3)': 'named "stepps"',
    'jnst.train("a.png", "b", "c.jnst", network="johnston")': "Literal['johnston']",
    'jnst.stylize("a.png").sav("b.png")': 'Cannot access attribute "sav"',
}


@pytest.mark.slow
def test_pyright_takes_what_is_right_and_refuses_what_is_not(tmp_path):
    (tmp_path / "pyrightconfig.json").write_text(json.dumps({"extraPaths": [str(ROOT)]}))
    program = tmp_path / "program.py"
    program.write_text("\n".join([RIGHT, *WRONG]))
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    told = subprocess.run([*command, "-p", str(tmp_path)], capture_output=True, text=True).stdout
    lines = program.read_text().splitlines()
    found = {
        lines[one["range"]["start"]["line"]]: one["message"]
        for one in json.loads(told)["generalDiagnostics"]
    }
    assert [*found] == [*WRONG]
    for line, says in WRONG.items():
        assert says in found[line]


def test_the_package_says_that_it_is_typed():
    assert (ROOT / "jnst" / "py.typed").is_file()

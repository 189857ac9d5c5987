"""The script that takes the page's pictures, with a real run of a small network."""

import numpy as np
import PIL.Image
import pytest
from helpers import CHROMIUM, ROOT, load_script


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_it_takes_every_state_and_nothing_is_asked_for_elsewhere(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("TINY", "yes")
    script = load_script("make_screenshots.py")
    program = [str(ROOT / "tests/support/serve.py")]
    assert script.main(["--out", str(tmp_path), "--size", "32"], program=program) == 0
    states = ("empty", "running", "finished", "error", "gallery")
    names = {f"{state}-{width}.png" for state in states for width in script.WIDTHS}
    assert {path.name for path in tmp_path.iterdir()} == names
    for name in names:
        with PIL.Image.open(tmp_path / name) as picture:
            assert len(np.unique(np.asarray(picture.convert("L")))) > 8, name
    assert "GET /api/runs/ID" in capsys.readouterr().out

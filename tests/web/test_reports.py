"""What a painter leaves for the page."""

import numpy as np

from jnst.pictures import files
from jnst.web import reports, store
from jnst.web.records import Painted, Run


def test_what_is_left_is_read_again_and_the_seconds_go_on(tmp_path):
    with store.opened(tmp_path / "web") as kept:
        run = Run("ab" * 8, "c", "default", "draft", {}, {}, created=1.5, style="s")
        folder = kept.run_file(run, "")
        folder.mkdir()
        assert kept.painted(run) is None
        assert reports.seconds_before(folder) == 0.0
        painted = Painted(3, 12, (2000, 20), 1.5, 8.0, [], share=0.4, notes=["no sound"])
        reports.leave(folder, np.zeros((1, 20, 2000, 3), np.float32), painted)
        assert kept.painted(run) == painted
    assert reports.seconds_before(folder) == 8.0
    assert files.read(folder / "preview.jpg").shape == (1, 10, reports.LARGEST_SHOWN, 3)
    (folder / "progress.json").write_text("{")
    assert reports.seconds_before(folder) == 0.0

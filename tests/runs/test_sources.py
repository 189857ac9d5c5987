import pytest

from jnst.errors import InputError
from jnst.runs.sources import check_no_source


def test_no_output_is_a_source_by_whatever_name(tmp_path):
    red = tmp_path / "red.png"
    red.touch()
    link = tmp_path / "link.png"
    link.symlink_to(red)
    check_no_source([tmp_path / "new.png"], [red])
    for output in (red, link, red.parent / "." / red.name):
        with pytest.raises(InputError, match="is one of the pictures; choose another name"):
            check_no_source([tmp_path / "new.png", output], [tmp_path / "gone.png", red])

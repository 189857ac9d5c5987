"""The table of oracles: a row for each network that is asked for."""

import pytest
from painters import here, oracles


@pytest.mark.slow
@here(*oracles.PUBLISHED["microast"].files)
def test_a_row_has_the_differences_of_both_engines_and_what_was_asked_for(capsys):
    oracles.main(["microast"])
    *_, row = capsys.readouterr().out.splitlines()
    _, name, count, *differences, asked, _ = (cell.strip() for cell in row.split("|"))
    assert (name, count, asked) == ("microast", "1", "1e-03")
    assert all(0 < float(one) < 1e-4 for one in differences)


@here()
def test_a_network_without_an_oracle_is_refused(capsys):
    with pytest.raises(SystemExit, match="2"):
        oracles.main(["vgg19"])
    assert "unknown network vgg19; choose from johnson, lengstrom" in capsys.readouterr().err


@here()
def test_there_is_one_for_each_file_of_a_network_that_paints_in_one_pass():
    there = {path.stem for path in oracles.ORACLES.glob("*.npz")} - {"raft_small"}
    assert there == {one.painted.removesuffix(".npz") for one in oracles.PUBLISHED.values()}

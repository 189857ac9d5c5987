"""`import jnst`: what it offers, and what that costs."""

import subprocess
import sys

import pytest

import jnst


def test_jax_is_not_imported_before_it_is_needed():
    program = "import sys, jnst; assert 'jax' not in sys.modules; jnst.stylize; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout
    assert "jax" in told.split()


def test_nothing_slow_is_imported_that_few_commands_need():
    slow = "'matplotlib', 'scipy.stats', 'scipy.optimize', 'scipy.ndimage', 'fastapi'"
    program = f"import sys, jnst.cli; print({{{slow}}} & {{*sys.modules}})"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout
    assert told == "set()\n"


def test_all_public_names_are_there_and_no_others():
    assert all(hasattr(jnst, name) for name in jnst.__all__)
    with pytest.raises(AttributeError, match="'jnst' has no attribute 'paint'"):
        _ = jnst.paint

"""`import jnst`: what it offers, and what that costs."""

import subprocess
import sys

import pytest

import jnst


def test_jax_is_not_imported_before_it_is_needed():
    program = "import sys, jnst; assert 'jax' not in sys.modules; jnst.stylize; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout
    assert "jax" in told.split()


SLOW = [
    "jax",
    "jaxlib",
    "jaxtyping",
    "numpy",
    "scipy",
    "skimage",
    "matplotlib",
    "PIL",
    "h5py",
    "optax",
    "rich",
    "fastapi",
]
"""What takes long to import: help, and every mistake that words show, are there without it."""
QUICK = [
    "",
    "--help",
    "--version",
    "stylize --help",
    "stylize --help-all",
    "stylize --preset gatys2016 --help",
    "stylize --list presets",
    "stylize --list backbones",
    "stylize --list layers",
    "stylize --version",
    "video --list presets",
    "train --list presets",
    "video --help",
    "train --help",
    "weights -h",
    "stilize",
    "photo.jpg painting.jpg",
    "stylize --sise 3",
    "stylize --size big",
    "stylize --size 0",
    "stylize --colour yes",
    "stylize --style-loss gramm",
    "stylize --preset gatys",
    "stylize --quality instant --steps 9",
    "stylize --learning-rate 0",
    "stylize -o x.gif",
    "stylize -o x.jpg --depth 16",
    "stylize --style-layers relu9_9",
    "stylize --style-layer-weights 1 2",
    "stylize --like none.png",
    "stylize --config none.toml",
    "stylize --batch photos",
    "stylize --plot --batch photos --out results",
    "sweep",
    "compare",
    "dream --guide none.png",
    "visualize",
    "video",
    "video clip.mp4 --method multistyle --style-number 7 --square",
    "train painting.jpg",
    "weights get vgg17",
    "web --port -1",
    "show",
]


def test_help_and_mistakes_import_nothing_slow():
    program = f"""
import sys, jnst.cli
for words in {QUICK}:
    jnst.cli.main(words.split())
    if slow := [name for name in {SLOW} if name in sys.modules]:
        print("imported by", words, *slow, file=sys.__stdout__)
        break
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "imported by" not in told.stdout
    assert told.returncode == 0
    answers = ("-h", "--help", "--help-all", "--list", "--version")
    mistakes = [words for words in QUICK if words and not {*words.split()} & {*answers}]
    assert told.stderr.count("\n") == len(mistakes)


def test_jnst_itself_imports_nothing_at_all_that_is_slow():
    program = (
        f"import sys, jnst; jnst.Settings; jnst.InputError; print({{*{SLOW}}} & {{*sys.modules}})"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout
    assert told == "set()\n"


def test_nothing_slow_is_imported_that_few_commands_need():
    slow = "'matplotlib', 'scipy.stats', 'scipy.optimize', 'scipy.ndimage', 'fastapi'"
    program = f"import sys, jnst.commands.stylize; print({{{slow}}} & {{*sys.modules}})"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout
    assert told == "set()\n"


def test_all_public_names_are_there_and_no_others():
    assert all(hasattr(jnst, name) for name in jnst.__all__)
    assert dir(jnst) == sorted(jnst.__all__), "what Tab offers"
    with pytest.raises(AttributeError, match="'jnst' has no attribute 'paint'"):
        _ = jnst.paint

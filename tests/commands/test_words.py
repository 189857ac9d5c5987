"""Words of a command line: what is refused, in which words, and what is taken."""

import shlex

import pytest

from jnst.commands.described import described
from jnst.commands.options import dream, stylize, sweep, weights
from jnst.commands.words import Words, check_all_there, is_file, is_option, sorted_out
from jnst.errors import InputError

OPTIONS = described(stylize.Options)


def line(text, options=OPTIONS):
    return " ".join(sorted_out(shlex.split(text), options, command="stylize").line)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("--sise 3", "unknown option --sise; did you mean --size? 'jnst stylize --help-all' lists"),
        ("--frobnicate", "unknown option --frobnicate; 'jnst stylize --help-all' lists all"),
        ("-x", "unknown option -x; "),
        ("--no-size 3", "unknown option --no-size"),
        ("--size big", "--size must be a whole number, not 'big'"),
        ("--size 2.5", "--size must be a whole number, not '2.5'"),
        ("--size photo.jpg", "--size must be a whole number, not 'photo.jpg'"),
        ("--size", "--size needs a whole number"),
        ("--size --upscale", "--size needs a whole number"),
        ("--content-weight much", "--content-weight must be a number, not 'much'"),
        (
            "--colour yes",
            "--colour must be luminance, cholesky, pca, monge-kantorovich or histogram, not 'yes'",
        ),
        ("--tile x", "--tile must be a whole number, auto or off, not 'x'"),
        ("--style great-wave", "unknown option --style; did you mean --style-number? 'jnst"),
        (
            "--style=painting.jpg",
            "unknown option --style; a painting is named without an option, as",
        ),
        ("--style-loss gramm", "not 'gramm'; did you mean gram?"),
        ("--preset gatys", "crowson, not 'gatys'; did you mean gatys2016?"),
        ("--steps 4 x6", "--steps must be whole numbers, not 'x6'"),
        ("--steps", "--steps needs whole numbers"),
        ("--steps photo.jpg", "--steps needs whole numbers"),
        ("--masks", "--masks needs paths"),
        ("--upscale=yes", "--upscale takes no value, as 'yes'"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(text, says):
    with pytest.raises(InputError) as refused:
        line(text)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("--steps 4 photo.jpg painting.jpg", "photo.jpg painting.jpg --steps 4"),
        ("a.jpg --blend -1 2.5 b.jpg", "a.jpg b.jpg --blend -1 2.5"),
        ("--content-layers relu4_1 photo.jpg", "photo.jpg --content-layers relu4_1"),
        ("--content-layers --upscale", "--content-layers --upscale"),
        ("--size 3 --size=4", "--size 4"),
        ("--color luminance", "--colour luminance"),
        ("--colour none", "--colour None"),
        ("--init gray", "--init grey"),
        ("--gram-normalisation sum", "--gram-normalization sum"),
        ("--content_weight 2", "--content-weight 2"),
        ("-o out.png", "--output out.png"),
        ("--output=-o.png", "--output ./-o.png"),
        ("--no-cache --upscale", "--no-cache --upscale"),
        ("--first-size none", "--first-size None"),
        ("--batch none --out results", "--batch none --out results"),
        ("--size 3 -- -a.jpg --b.jpg", "./-a.jpg ./--b.jpg --size 3"),
        ("--masks left.png right.png", "--masks left.png right.png"),
    ],
)
def test_what_is_meant_is_taken(text, taken):
    assert line(text) == taken


def test_a_file_without_a_suffix_ends_values_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photo").touch()
    assert line("--steps 4 photo") == "photo --steps 4"


def test_what_is_repeated_is_kept():
    options = described(sweep.Options)
    assert line("--vary a=1 --vary b=2", options) == "--vary a=1 --vary b=2"


def test_a_word_too_many_and_a_word_that_is_missing():
    with pytest.raises(InputError, match=r"^'b.jpg' is one word too many: jnst dream IMAGE$"):
        sorted_out(["a.jpg", "b.jpg"], described(dream.Options), command="dream")
    has = described(weights.Get)
    words = sorted_out([], has, command="weights get")
    with pytest.raises(InputError, match=r"^NAME is missing: jnst weights get NAME$"):
        check_all_there(words, has, command="weights get")


def test_words_over_others():
    ours = Words(("a.jpg",), {"size": ("--size", "3")})
    others = Words(("b.jpg", "c.jpg"), {"size": ("--size", "4"), "plot": ("--plot",)})
    assert ours.over(others).line == ["a.jpg", "--size", "3", "--plot"]
    assert Words((), {}).over(others) == others


def test_which_words_are_files_and_options(tmp_path):
    assert is_file("photo.jpg")
    assert is_file("network.safetensors")
    assert is_file(str(tmp_path)) is False
    assert not is_file("relu4_1")
    assert not is_file("0.5")
    assert is_option("--size")
    assert is_option("-o")
    assert not is_option("-1")
    assert not is_option("-")

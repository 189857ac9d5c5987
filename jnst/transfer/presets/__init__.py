"""Published systems by name: each a function that returns `Settings`, its docstring the source.

What all of them leave to jnst, and what departs from the originals:

- Pictures stay in [0, 1] after every step; most originals clip only the finished picture.
- Weights are the Caffe ones, for BGR pictures of 0 to 255 minus the mean. Total variation is taken
  in [0, 1] here, so a weight on the scale to 255 is multiplied by 255 for each power of a pixel.
- L-BFGS runs without a line search, as torch's does by default; its first step is our own.
- The loss of a layer is named, not guessed: where a source is silent, the docstring says what
  stands here instead.
- `size` is the long side.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from jnst.errors import check_choice
from jnst.transfer.presets import papers, tools
from jnst.transfer.settings import Settings


def default() -> Settings:
    """Defaults of jnst itself: the best-looking that we know."""
    return Settings()


Name = Literal[
    "default",
    "gatys2015",
    "gatys2016",
    "kunal2021",
    "patel2020",
    "debashish2023",
    "khan2021",
    "deepa2023",
    "neural-style",
    "neural-style-pt",
    "johnson-slow",
    "pastiche",
    "crowson",
]
"""Names of presets."""
PRESETS: dict[str, Callable[[], Settings]] = {
    "default": default,
    "gatys2015": papers.gatys2015,
    "gatys2016": papers.gatys2016,
    "kunal2021": papers.kunal2021,
    "patel2020": papers.patel2020,
    "debashish2023": papers.debashish2023,
    "khan2021": papers.khan2021,
    "deepa2023": papers.deepa2023,
    "neural-style": tools.neural_style,
    "neural-style-pt": tools.neural_style_pt,
    "johnson-slow": tools.johnson_slow,
    "pastiche": tools.pastiche,
    "crowson": tools.crowson,
}
"""Functions that return the settings of a preset, by name."""


def preset(name: str) -> Settings:
    """Return the settings called `name`; raise an `InputError` that lists the names for another."""
    return PRESETS[check_choice("preset", name, PRESETS)]()


def listed(presets: Mapping[str, Callable[[], Any]], *, looks: Mapping[str, str] = {}) -> list[str]:
    """Return a line for each of some presets: its name, its look, and the first sentence about it.

    These are columns, with two spaces between at least; `looks` are by name, if there are any.
    """
    rows = [(name, *_look(name, looks), summary(function)) for name, function in presets.items()]
    *widths, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    return [
        "  ".join([*(f"{one:{width}}" for one, width in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    ]


def _look(name: str, looks: Mapping[str, str]) -> tuple[str, ...]:
    return (looks[name],) if looks else ()


def summary(preset_function: Callable[[], Any]) -> str:
    """Return the first sentence of what a preset says of itself."""
    return (preset_function.__doc__ or "").partition("\n")[0]

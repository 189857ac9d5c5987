"""Published systems that paint films, by name; beside them there are those for single pictures."""

import dataclasses
from collections.abc import Callable
from typing import Literal

from jnst.errors import check_choice
from jnst.transfer import presets
from jnst.transfer.settings import Settings
from jnst.video.settings import VideoSettings

Both = tuple[Settings, VideoSettings]
"""Settings of each frame, and of the film."""


def artistic_videos() -> Both:
    """Ruder, Dosovitskiy and Brox, GCPR 2016, by the constants of artistic-videos@40e7447.

    neural-style's losses with content 5, style 100 and total variation 1e-3; temporal 1000 on the
    scale to 255; the first frame from noise, 2000 steps, the later ones from the one before, 1000.
    There a frame is left where the loss has changed by less than 1e-4 in 50 steps; here it has all
    its steps. Pixels that are not to be trusted begin with the photograph, there with what is
    warped onto them.
    """
    settings = dataclasses.replace(presets.preset("neural-style"), steps=(2000,))
    return settings, VideoSettings(frame_steps=1000, temporal_weight=1000 * 255.0**2)


def artistic_videos_multipass() -> Both:
    """Several passes of the same system: 15 of 100 steps, forwards and backwards.

    Its temporal loss, 500, begins with the eighth pass, and its frames are painted alone in the
    first; here both are so from the beginning.
    """
    settings = dataclasses.replace(presets.preset("neural-style"), steps=(100,))
    return settings, VideoSettings(frame_steps=100, temporal_weight=500 * 255.0**2, passes=15)


Name = Literal["artistic-videos", "artistic-videos-multipass", presets.Name]
"""Names of presets, those for single pictures among them."""
PRESETS: dict[str, Callable[[], Both]] = {
    "artistic-videos": artistic_videos,
    "artistic-videos-multipass": artistic_videos_multipass,
}
"""Functions that return the settings of a preset for films, by name."""


def preset(name: str) -> Both:
    """Return the settings called `name`: one for films, or one for pictures, held as by default.

    Raises `InputError` that lists the names for any other.
    """
    if name in PRESETS:
        return PRESETS[name]()
    check_choice("preset", name, [*PRESETS, *presets.PRESETS])
    return presets.preset(name), VideoSettings()

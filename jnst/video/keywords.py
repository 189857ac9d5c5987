"""The settings of films as keywords, for those who check types."""

from jnst.transfer import keywords
from jnst.video.settings import Flow


class Keywords(keywords.Keywords, total=False):
    """The fields of `jnst.video.settings.VideoSettings` beside those of each frame's settings."""

    steady: bool
    frame_steps: int
    temporal_weight: float
    earlier: keywords.OneOrMore[int]
    hold: float
    passes: int
    flow: Flow | None
    scene: float

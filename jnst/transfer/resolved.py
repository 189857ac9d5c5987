"""What a run takes from its settings, with defaults in place of None and ()."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from jnst.losses.objective import PictureGoal
from jnst.losses.registry import ObjectiveChoices


class Resolved(NamedTuple):
    """Values that follow from settings: `jnst.transfer.settings.Settings.resolved`."""

    content_layers: tuple[str, ...]
    style_layers: tuple[str, ...]
    style_layer_weights: tuple[float, ...]
    """One for each of `style_layers`; only their proportions matter."""
    dtype: type[np.floating]
    """The type of pictures, weights and losses."""
    objective: ObjectiveChoices
    """The choices that shape the objective."""
    picture_goals: Mapping[str, PictureGoal]
    """The weights of the losses on the picture itself, by name."""

    @property
    def layers(self) -> tuple[str, ...]:
        """All that the new picture goes through: the content layers, then the style layers."""
        return (*self.content_layers, *self.style_layers)

"""How much a photograph counts against a painting: by how strong the features of both are.

The style loss is in units of the painting's own features. In a painting whose features are weak,
a soft one, each of its details then weighs much, and a content loss in units of the photograph's
gives way to it: faces bend. So the content weight grows with what the photograph has more of,

    α_l = α · mean P² / mean S²,   P and S the features of photograph and painting in layer l.

A soft painting leaves a photograph its faces, and one of strong strokes takes more of it. Losses
that are not relative do so by nature: style-transfer-pytorch's gives the content between 0.0014
(Tübingen by the Starry Night) and 0.0096 (portraits by Leonardo) of the weight of the style, here
in the same units. No paper does this; the default does.
"""

from collections.abc import Mapping, Sequence

import jax
import numpy as np

from jnst.arrays import Image
from jnst.transfer.loaded import Loaded
from jnst.transfer.pictures import Guide
from jnst.transfer.settings import Settings
from jnst.transfer.targets import Targets

MOST = 4.0
"""The largest factor, and the inverse of the least: blank pictures have hardly any features."""


def factors(
    contents: Targets, guides: Sequence[Guide], settings: Settings, loaded: Loaded
) -> Mapping[str, float]:
    """Compute mean P² / mean S² for each content layer, between 1/4 and 4.

    All are 1 unless `balance_content` is asked for and features are compared. Several styles count
    by their shares.

    Args:
        contents: the content's features in each of its layers, P.
        guides: the style pictures, of the size at which they are seen.
        settings: of the run.
        loaded: their engine and weights.

    """
    if not settings.balance_content or settings.content_loss != "features" or not guides:
        return dict.fromkeys(contents, 1.0)
    where = dict.fromkeys(contents)

    def energies(picture: Image) -> dict[str, float]:
        found = loaded.engine.targets("content", loaded.params, picture, where)
        return {layer: _energy(target) for layer, target in found.items()}

    pictures = {id(guide.style): guide.style.astype(settings.resolved.dtype) for guide in guides}
    measured = {key: energies(picture) for key, picture in pictures.items()}
    total = sum(guide.share for guide in guides)
    return {
        layer: _bounded(
            _energy(target),
            sum(guide.share * measured[id(guide.style)][layer] for guide in guides) / total,
        )
        for layer, target in contents.items()
    }


def _energy(target: object) -> float:
    """Compute the mean square of features, or of those of all views."""
    return float(np.mean([np.square(np.asarray(leaf)).mean() for leaf in jax.tree.leaves(target)]))


def _bounded(content: float, style: float) -> float:
    return min(max(content / style if style else MOST, 1 / MOST), MOST)

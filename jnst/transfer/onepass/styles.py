"""What is to be known of styles, as a network takes it: of one, of several, or in part."""

from collections.abc import Iterable, Sequence

import numpy as np

from jnst.arrays import AnyPicture
from jnst.feedforward.networks import multistyle
from jnst.pictures import resizing
from jnst.transfer.onepass.checks import number_of
from jnst.transfer.onepass.network import Loaded, run
from jnst.transfer.onepass.programs import Maps
from jnst.transfer.pictures import Guide
from jnst.transfer.settings import Settings
from jnst.transfer.targets import contents


def given_for(
    loaded: Loaded, settings: Settings, content: AnyPicture, guides: Sequence[Guide]
) -> Maps:
    """Return all that a network is given beside the picture.

    Styles are mixed by their shares, as Dumoulin et al. 2017 and Ghiasi et al. 2017 do it, and
    Huang and Belongie 2017: what AdaIN makes is linear in mean and deviation, and what WCT makes in
    mean and root, so that mixing these is mixing what they make. So it is with MicroAST's filters,
    which are linear in its weights and biases.
    """
    network = loaded.network
    strength = network.strength if settings.strength is None else settings.strength
    given = {}
    if loaded.styles:
        weights = np.zeros(len(loaded.styles), np.float32)
        for one in guides:
            weights[number_of(one.number or 0, loaded.styles)] += one.share
        given["style"] = multistyle.style(weights / weights.sum(), styles=len(weights))
    elif network.known:
        size = settings.style_size or max(content.shape[1:3])
        known = [(one.share, _known(loaded, settings, one.style, size)) for one in guides]
        given |= _mixed(known)
        if not network.mixed and strength < 1:
            own = _known(loaded, settings, content, size)
            given = dict(_mixed([(strength, given), (1 - strength, own)]))
    if network.mixed:
        given["strength"] = np.full((1, 1, 1, 1), strength, np.float32)
    return given


def _known(loaded: Loaded, settings: Settings, style: AnyPicture, size: int) -> Maps:
    side = loaded.network.side
    fitted = resizing.fit(style, size) if side is None else resizing.cover(style, side, side)

    def measure() -> Maps:
        return run(loaded, settings, {"style": fitted}, loaded.network.known)

    return measure() if loaded.known is None else loaded.known.get(contents(fitted), measure)


def _mixed(shares: Iterable[tuple[float, Maps]]) -> dict[str, np.ndarray]:
    """Return the mean of maps, weighed by their shares."""
    shares = list(shares)
    whole = sum(share for share, _ in shares)
    return {
        name: np.asarray(
            sum(share / whole * np.asarray(maps[name]) for share, maps in shares), np.float32
        )
        for name in shares[0][1]
    }

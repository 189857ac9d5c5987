"""The methods by name, as `Settings.method` has them."""

from collections.abc import Mapping

from jnst.methods.contract import Method
from jnst.transfer.method import PIXELS
from jnst.transfer.onepass.checks import MEANT
from jnst.transfer.onepass.method import ONE_PASS

METHODS: Mapping[str, Method] = {"pixels": PIXELS, **dict.fromkeys(MEANT, ONE_PASS)}
"""Methods by name: optimizing pixels, and each kind of network that paints in one pass."""

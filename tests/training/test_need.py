"""What is said where a package that training needs is missing."""

import pytest

from jnst.errors import InputError
from jnst.training.need import needed


def test_what_is_missing_is_named_with_how_to_install_it():
    says = r"^training needs the package orbax2: pip install 'jnst\[train\]'$"
    with pytest.raises(InputError, match=says), needed():
        import orbax2  # noqa: F401
    with needed():
        import math  # noqa: F401

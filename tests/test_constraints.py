"""The versions that CI installs: of every dependency, and as high as pyproject.toml asks for."""

import itertools
import re
import tomllib

from helpers import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def pinned():
    """Return the version of each package in the constraints."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line.split("==") for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name, _ in pins)
    return dict(pins)


def test_every_dependency_is_pinned_at_a_version_that_will_do():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = itertools.chain.from_iterable(project["optional-dependencies"].values())
    wanted = [*project["dependencies"], *extras]
    pins = pinned()
    for text in wanted:
        requirement = Requirement(text)
        if requirement.name != "jnst":
            name = canonicalize_name(requirement.name)
            assert name in pins, f"{name} is not in constraints.txt"
            assert pins[name] in requirement.specifier, f"{name} is pinned too low"
    assert len(pins) > len(wanted), "what they depend on is pinned as well"


def test_ci_installs_these():
    assert 'export PIP_CONSTRAINT="$work/jnst/constraints.txt"' in (ROOT / ".ci/run").read_text()

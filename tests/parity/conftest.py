"""The largest error of each network against another implementation of it, as a table at the end.

`JNST_PARITY_TABLE=path` writes it to a file too.
"""

import os
from pathlib import Path

import pytest


@pytest.fixture
def note_error(record_property):
    """Return a function that notes an error: with the test's report, for it may be far away."""

    def note(network, reference, layers, error):
        record_property("parity", (network, reference, layers, float(error)))

    return note


def pytest_terminal_summary(terminalreporter):
    found = {}
    for report in terminalreporter.stats.get("passed", ()):
        for name, value in getattr(report, "user_properties", ()):
            if name == "parity":
                network, reference, layers, error = value
                most, worst = found.get((network, reference), (0, 0.0))
                found[network, reference] = max(most, layers), max(worst, error)
    if not found:
        return
    lines = [
        "| network | against | layers | largest error, relative |",
        "| --- | --- | --- | --- |",
    ]
    for (network, reference), (layers, error) in sorted(found.items()):
        lines.append(f"| {network} | {reference} | {layers} | {error:.1e} |")
    terminalreporter.write_sep("=", "networks against other implementations")
    terminalreporter.write_line("\n".join(lines))
    if path := os.environ.get("JNST_PARITY_TABLE"):
        Path(path).write_text("\n".join(lines) + "\n")

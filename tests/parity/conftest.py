"""The largest error of each network against another implementation of it, as a table at the end.

`JNST_PARITY_TABLE=path` writes it to a file too.
"""

import os
from pathlib import Path

import pytest

ERRORS = pytest.StashKey[dict]()


@pytest.fixture(scope="session")
def note_error(request):
    """Return a function that notes an error; the largest is kept, by network and reference."""
    found = request.config.stash.setdefault(ERRORS, {})

    def note(network, reference, layers, error):
        row = found.setdefault((network, reference), [0, 0.0])
        row[:] = max(row[0], layers), max(row[1], float(error))

    return note


def pytest_terminal_summary(terminalreporter, config):
    found = config.stash.get(ERRORS, {})
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

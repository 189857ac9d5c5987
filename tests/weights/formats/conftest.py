"""The layouts of torch files."""

import pytest
from helpers_torch import legacy, zipped


@pytest.fixture(params=["legacy", "zip", "deflated"])
def write(request):
    deflated = lambda value, storages: zipped(value, storages, deflate=True)  # noqa: E731
    return {"legacy": legacy, "zip": zipped, "deflated": deflated}[request.param]

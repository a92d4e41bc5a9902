"""An image to make scripts on, as the HTTP client gets it."""

from __future__ import annotations

from typing import Any

import pytest
from people import Browser


@pytest.fixture
def image(client: Browser) -> dict[str, Any]:
    made = client.post("/api/images", json={"name": "Python"})
    assert made.status_code == 201, made.text
    return dict(made.json)

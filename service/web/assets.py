"""Addresses of static files that name their content, so that browsers need not ask again whether they changed."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask

from service.requests import VERSION


def init_app(app: Flask) -> None:
    """Let every address of a static file name its content."""
    folder = Path(app.static_folder or "")

    @cache
    def fingerprint(name: str) -> str | None:
        file = folder / name
        return hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else None

    @app.url_defaults
    def _name_content(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and VERSION not in values and "filename" in values:
            found = fingerprint(values["filename"])
            if found:
                values[VERSION] = found

"""Limits how many requests a token may send in a minute to one process."""

import hashlib
from math import ceil
from time import time
from typing import NoReturn

from flask import Flask, request
from flask_limiter import Limiter, RequestLimit
from flask_limiter.util import get_remote_address

from service.errors import TooMany


def init_app(app: Flask, rate: int) -> None:
    """Count the requests of every token, and those without one by their address."""
    limiter = Limiter(
        _who,
        application_limits=[f"{rate} per minute"],
        storage_uri="memory://",
        on_breach=_refuse,
        swallow_errors=False,
    )
    limiter.request_filter(_is_free)
    limiter.init_app(app)


def _who() -> str:
    token = request.headers.get("Authorization")
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest() if token else get_remote_address()


def _is_free() -> bool:
    """Say whether a request asks for health or a style, which cost next to nothing."""
    return request.blueprint == "system" or request.endpoint in ("static", "description.docs_asset")


def _refuse(limit: RequestLimit) -> NoReturn:
    wait = max(1, limit.reset_at - ceil(time()))
    raise TooMany(f"These are more requests than the limit of {limit.limit.amount:,} a minute.", retry_after=wait)

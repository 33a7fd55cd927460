"""JSON as strict as RFC 8259 recommends: no name twice, no NaN or Infinity, no number beyond what JSON carries."""

import json
import math
from typing import Any

from flask.json.provider import DefaultJSONProvider


class StrictJSON(DefaultJSONProvider):
    """Read JSON strictly; write Chinese as it is."""

    ensure_ascii = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Read a text; raises ValueError, naming the fault, where two readers might understand it differently."""
        return json.loads(s, object_pairs_hook=_once, parse_constant=_refuse, parse_float=_finite, **kwargs)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return content


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number of JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value

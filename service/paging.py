"""Cursors: where a list goes on, unreadable to callers and checked when they come back."""

import base64
import binascii
import json

from service.errors import Invalid


def cursor_of(moment: str, identifier: str) -> str:
    """Return the cursor behind an entry."""
    return base64.urlsafe_b64encode(json.dumps([moment, identifier]).encode()).decode().rstrip("=")


def position_of(cursor: str) -> tuple[str, str]:
    """Return the time and id that a cursor stands for; raises Invalid if it is none of ours."""
    try:
        content = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise _foreign() from error
    if not isinstance(content, list) or len(content) != 2:
        raise _foreign()
    moment, identifier = content
    if not isinstance(moment, str) or not isinstance(identifier, str) or not _storable(moment + identifier):
        raise _foreign()
    return moment, identifier


def _storable(value: str) -> bool:
    return not any(part == "\x00" or "\ud800" <= part <= "\udfff" for part in value)


def _foreign() -> Invalid:
    return Invalid("The cursor is not one of ours.", [("cursor", "use the value of `next` as it was given")])

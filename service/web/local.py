"""Tells addresses of this service from foreign ones."""

from urllib.parse import urlsplit


def local_path(address: str | None, otherwise: str) -> str:
    """Return an address if it is a path on this service, and `otherwise` if it leads or could lead elsewhere.

    Browsers read a backslash as a slash and drop control characters, so both are refused.
    """
    if not address or not address.startswith("/") or address.startswith("//"):
        return otherwise
    if "\\" in address or not address.isprintable():
        return otherwise
    try:
        parts = urlsplit(address)
    except ValueError:
        return otherwise
    return address if not parts.scheme and not parts.netloc else otherwise

"""Short keys of the names of units: they stand in indexes, in which a database has no room for very long names."""

from hashlib import blake2b

LENGTH = 16


def unit_key(name: str | None) -> str:
    """Return the key of a unit or addressee, empty for none: 16 hexadecimal digits, alike for no other name."""
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=LENGTH // 2).hexdigest() if name else ""

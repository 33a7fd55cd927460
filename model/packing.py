"""Profiles as bytes: what a comparison without evidence needs, so that no letter is prepared twice by one model."""

from collections.abc import Iterable
from functools import lru_cache

import msgpack
import numpy as np

from model.names import Name, name_grams
from model.profile import Profile
from model.terms import KINDS, PRESENT, TermsByKind

# To be raised when profiles hold something else, or texts are prepared otherwise: what is kept is made anew then.
FORMAT = 1
_WEIGHED = len(KINDS) - len(PRESENT)


def pack(profile: Profile) -> bytes:
    """Return a profile as bytes, some 5 KB for a letter of 90 characters; the places of names are left out."""
    terms = profile.terms
    content = (
        terms.bounds.tobytes(),
        terms.buckets.tobytes(),
        terms.weights[: terms.bounds[_WEIGHED]].tobytes(),
        profile.topics.tobytes(),
        profile.text,
        *([(name.kind, name.stem) for name in names] for names in (profile.names, profile.gist_names)),
        *(sorted(things) for things in (profile.gist_numbered, profile.numbered)),
        *(sorted(things) for things in (profile.regions, profile.numbers)),
    )
    return bytes(msgpack.packb(content))


def unpack(content: bytes) -> Profile:
    """Return a profile that was packed by a model of the same version; it is compared exactly as before."""
    bounds, buckets, weighed, topics, text, names, gist_names, *numbered, regions, numbers = msgpack.unpackb(
        content, use_list=False
    )
    weights = np.ones(len(buckets) // 4, np.float32)
    weights[: len(weighed) // 4] = np.frombuffer(weighed, np.float32)
    return Profile(
        text=text,
        terms=TermsByKind(np.frombuffer(buckets, np.int32), weights, np.frombuffer(bounds, np.int32)),
        topics=np.frombuffer(topics, np.float32),
        regions=frozenset(regions),
        names=_named(names),
        gist_names=_named(gist_names),
        gist_numbered=frozenset(numbered[0]),
        numbered=frozenset(numbered[1]),
        numbers=frozenset(numbers),
    )


def _named(names: Iterable[tuple[str, str]]) -> tuple[Name, ...]:
    return tuple(_name(kind, stem) for kind, stem in names)


@lru_cache(maxsize=2048)
def _name(kind: str, stem: str) -> Name:
    """Return a name without its place; near letters mostly name the same things."""
    return Name(kind, stem, 0, 0, name_grams(stem))

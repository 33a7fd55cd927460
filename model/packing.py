"""Profiles that are kept: what a comparison without evidence needs, in a third of the memory."""

import pickle
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from model.names import Name, name_grams
from model.profile import Profile, Terms
from model.reading import Reading
from model.records import Letter
from model.text import CleanText

_NO_POINTS, _NO_PLACES = np.zeros(0, np.uint32), np.zeros(0, np.int32)


@dataclass(frozen=True, slots=True)
class Packed:
    """A profile as one string of bytes: many small arrays take more room than what they hold, and leave gaps.

    Words and offsets, which only evidence needs, are left out, and so is the letter.
    """

    content: bytes

    @classmethod
    def of(cls, profile: Profile) -> "Packed":
        """Pack a profile."""
        parts = profile.terms.values()
        return cls(
            pickle.dumps(
                (
                    tuple(profile.terms),
                    np.cumsum([len(part.buckets) for part in parts]).tolist(),
                    np.concatenate([part.buckets for part in parts]).tobytes(),
                    np.concatenate([part.weights for part in parts]).tobytes(),
                    profile.topics.tobytes(),
                    profile.reading.clean.text,
                    [_plain(names) for names in (profile.names, profile.gist_names)],
                    (profile.regions, profile.gist_numbered, profile.numbered, profile.numbers),
                )
            )
        )

    def profile(self, letter: Letter) -> Profile:
        """Return the profile of the letter that it was packed from."""
        kinds, ends, buckets, weights, topics, text, names, sets = pickle.loads(self.content)  # noqa: S301 - made here
        terms = Terms(np.frombuffer(buckets, np.int32), np.frombuffer(weights, np.float32))
        places = [slice(*bounds) for bounds in pairwise([0, *ends])]
        known, gist = (
            tuple(Name(kind, stem, start, end, name_grams(stem)) for kind, stem, start, end in part) for part in names
        )
        regions, gist_numbered, numbered, numbers = sets
        return Profile(
            letter=letter,
            reading=Reading(CleanText(text, _NO_POINTS, _NO_PLACES), (), _NO_PLACES),
            terms={kind: Terms(terms.buckets[i], terms.weights[i]) for kind, i in zip(kinds, places, strict=True)},
            topics=np.frombuffer(topics, np.float32),
            regions=regions,
            names=known,
            gist_names=gist,
            gist_numbered=gist_numbered,
            numbered=numbered,
            numbers=numbers,
        )


def _plain(names: Iterable[Name]) -> list[tuple[str, str, int, int]]:
    return [(one.kind, one.stem, one.start, one.end) for one in names]

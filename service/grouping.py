"""Puts the letters of one file into matters, without a database and with little memory for each letter."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from model.analyse import Analyser
from model.errors import LetterError
from model.gathering import MOST_COMPARED, NEAR_FROM, Link, gather
from model.letter_file import Row
from model.matters import verdicts
from model.records import Verdict
from model.similar import EmbeddedIndex, Entry
from service.backfill import Pairs, links_of, vectors_of
from service.schemas.letters import letter_in_row
from service.schemas.results import CautionOut
from service.spool import Spool

# The whole file is known, so that the nearest can be compared however far they are.
NEAREST = 30
SHOWN_FROM = 0.1

Progress = Callable[[Iterable[Any], str, int | None], Iterable[Any]]


def link_lines(
    analyser: Analyser, rows: Iterable[Row], top: int, progress: Progress, jobs: int = 1
) -> Iterator[dict[str, Any]]:
    """Yield for each row its matter, verdict, warnings and up to `top` candidates over all rows, best first."""
    with Spool() as spool:
        ids, places, times = _spooled(progress(rows, "read", None), spool)
        links = _links(analyser, spool, progress, jobs)
        groups = gather(ids, [link for _, _, link in links])
        near = _by_letter(links, len(ids))
        number_of = {letter_id: number for number, letter_id in enumerate(ids)}
        matter_of = {letter_id: min(group) for group in groups for letter_id in group}
        said = _verdicts(spool, groups, number_of, near)
        for place in places:
            if isinstance(place, dict):
                yield place
                continue
            letter_id = ids[place]
            ranked = sorted(near[place], key=lambda link: (-link.score, link.other(letter_id)))
            yield {
                "id": letter_id,
                "matter": matter_of[letter_id],
                "verdict": said[letter_id],
                "candidates": [
                    {"id": link.other(letter_id), "score": round(link.score, 6), "relation": link.relation}
                    for link in ranked[:top]
                ],
                "warnings": [caution.model_dump(mode="json") for caution in times.get(place, ())],
            }


def _verdicts(
    spool: Spool, groups: Iterable[frozenset[str]], number_of: Mapping[str, int], near: Sequence[Sequence[Link]]
) -> dict[str, Verdict]:
    """Return what each letter is to the others of its matter."""
    found: dict[str, Verdict] = {}
    for group in groups:
        relations = {one: {link.other(one): link.relation for link in near[number_of[one]]} for one in group}
        found |= verdicts(spool.take([number_of[one] for one in sorted(group)]), relations)
    return found


def _spooled(
    rows: Iterable[Row], spool: Spool
) -> tuple[list[str], list[int | dict[str, Any]], dict[int, list[CautionOut]]]:
    """Put the letters on disk.

    Returns their ids, for each row the number of its letter or why there is none, and by the numbers of letters the
    warnings of times that cannot be read.
    """
    ids: dict[str, None] = {}
    places: list[int | dict[str, Any]] = []
    times: dict[int, list[CautionOut]] = {}
    for row in rows:
        try:
            given = letter_in_row(row)
            if row.id in ids:
                raise LetterError("id", f"{row.id!r} stands twice in the file; give every letter its own")
            letter = given.letter(row.id, strict=False)
            spool.append(letter)
            if unread := CautionOut.of_time(given.received_at, letter.received_at):
                times[len(ids)] = unread
            places.append(len(ids))
            ids[row.id] = None
        except LetterError as error:
            places.append({"id": row.id, "error": {"field": error.field, "reason": error.reason}})
    return list(ids), places, times


def _links(analyser: Analyser, spool: Spool, progress: Progress, jobs: int) -> list[tuple[int, int, Link]]:
    """Score every letter with those that are near it."""
    batches = list(progress(vectors_of(analyser, spool, jobs), "sign", None))
    if not batches:
        return []
    vectors = np.concatenate(batches)
    pairs = _near_pairs(vectors, progress)
    return [link for batch in progress(links_of(analyser, spool, pairs, jobs), "compare", None) for link in batch]


def _near_pairs(vectors: np.ndarray[Any, np.dtype[np.uint8]], progress: Progress) -> Pairs:
    """Return the numbers of letters that are near each other, each pair once, the lower number first."""
    index = EmbeddedIndex()
    index.add(Entry(f"{number:09d}", vector) for number, vector in enumerate(vectors))
    found = progress(index.search_many(vectors, MOST_COMPARED, SHOWN_FROM), "search", len(vectors))
    pairs = [
        (min(number, int(near.id)), max(number, int(near.id)))
        for number, neighbours in enumerate(found)
        for rank, near in enumerate(neighbours)
        if int(near.id) != number and (rank <= NEAREST or near.cosine >= NEAR_FROM)
    ]
    return np.unique(np.array(pairs, np.int64).reshape(-1, 2), axis=0)


def _by_letter(links: Sequence[tuple[int, int, Link]], letters: int) -> list[list[Link]]:
    """Return the links of each letter, by its number."""
    near: list[list[Link]] = [[] for _ in range(letters)]
    for a, b, link in links:
        near[a].append(link)
        near[b].append(link)
    return near

"""Puts the letters of one file into matters, without a database."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from model.analyse import Analyser
from model.errors import LetterError
from model.letter_file import Row
from model.matters import LINK_FROM, MOST_NEAREST, Link, gather, verdict
from model.profile import Profile
from model.records import Letter
from model.similar import SimilarityIndex, Vector
from service.schemas.letters import letter_in_row


def link_lines(
    analyser: Analyser, rows: Sequence[Row], top: int, progress: Callable[[Iterable[Any], str, int], Iterable[Any]]
) -> Iterator[dict[str, Any]]:
    """Yield for each row its matter, verdict and up to `top` candidates over all rows, best first."""
    letters, refused = _letters(rows)
    links = _links(analyser, list(letters.values()), max(top, MOST_NEAREST), progress)
    matter_of = {letter_id: min(group) for group in gather(letters, links) for letter_id in group}
    near: dict[str, list[Link]] = {letter_id: [] for letter_id in letters}
    for link in links:
        near[link.a].append(link)
        near[link.b].append(link)
    members: dict[str, list[Letter]] = {}
    for letter_id, letter in letters.items():
        members.setdefault(matter_of[letter_id], []).append(letter)
    for row in rows:
        letter_id = row.id
        if row.number in refused:
            yield refused[row.number]
            continue
        ranked = sorted(near[letter_id], key=lambda link: (-link.score, link.a, link.b))
        relations = {link.other(letter_id): link.relation for link in ranked}
        others = [letter for letter in members[matter_of[letter_id]] if letter.id != letter_id]
        yield {
            "id": letter_id,
            "matter": matter_of[letter_id],
            "verdict": verdict(letters[letter_id], others, relations),
            "candidates": [
                {"id": link.other(letter_id), "score": round(link.score, 6), "relation": link.relation}
                for link in ranked[:top]
            ],
        }


def _letters(rows: Sequence[Row]) -> tuple[dict[str, Letter], dict[int, dict[str, Any]]]:
    letters: dict[str, Letter] = {}
    refused: dict[int, dict[str, Any]] = {}
    for row in rows:
        letter_id = row.id
        try:
            given = letter_in_row(row)
            if letter_id in letters:
                raise LetterError("id", f"{letter_id!r} stands twice in the file; give every letter its own")
            letters[letter_id] = given.letter(letter_id, strict=False)
        except LetterError as error:
            refused[row.number] = {"id": letter_id, "error": {"field": error.field, "reason": error.reason}}
    return letters, refused


def _links(
    analyser: Analyser,
    letters: Sequence[Letter],
    count: int,
    progress: Callable[[Iterable[Any], str, int], Iterable[Any]],
) -> list[Link]:
    """Score every letter with its nearest letters."""
    index = SimilarityIndex()
    profiles: dict[str, Profile] = {}
    vectors: dict[str, Vector] = {}
    for letter in progress(letters, "read", len(letters)):
        profile = analyser.profile(letter)
        if profile is not None:
            profiles[letter.id] = profile
            vectors[letter.id] = analyser.vector(profile)
            index.add(letter.id, vectors[letter.id])
    pairs: dict[frozenset[str], tuple[str, str]] = {}
    for letter in progress(letters, "search", len(letters)):
        for other, _ in index.search(vectors[letter.id], count + 1):
            if other != letter.id:
                pairs[frozenset((letter.id, other))] = (min(letter.id, other), max(letter.id, other))
    scored: list[Link] = []
    for a, b in progress(sorted(pairs.values()), "compare", len(pairs)):
        relation = analyser.relate([(profiles[a], profiles[b])])[0]
        if relation.score >= LINK_FROM:
            scored.append(Link(a, b, relation.score, relation.name))
    return scored

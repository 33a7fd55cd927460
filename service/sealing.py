"""Keeps personal data apart from the text of a letter: masked where all look, sealed where few may."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from model.identity import identity_of
from model.records import Letter
from service.keys import Keys
from service.known import Forms
from service.personal import find_personal, hide
from service.schemas.letters import LetterIn

Texts = Mapping[str, str]
PARTS = ("title", "body")


def masked_letter(letter: Letter, given: LetterIn) -> Letter:
    """Return a letter whose title and body hide all personal data, at equal length, and that names no petitioner."""
    forms = Forms(given.people(), given.accused or [])
    return replace(letter, title=masked(letter.title, forms), body=masked(letter.body, forms), petitioners=frozenset())


def masked(text: str, forms: Forms) -> str:
    """Return a text of the same length that hides personal data."""
    return hide(text, find_personal(text, forms))


def masked_note(keys: Keys, note: str | None, letters: Iterable[Row[Any]]) -> str | None:
    """Return what somebody of the office wrote, hiding numbers of persons and what the fields of these letters tell.

    What it hides is kept nowhere: the letters hold it.
    """
    if not note:
        return note
    people = [keys.decrypt(row.people) for row in letters if row.people]
    # The first petitioner of a letter that is no more than a text is a key, and tells nothing.
    named = [one for whole in people for i, one in enumerate(whole["petitioners"]) if i or isinstance(one, Mapping)]
    return masked(note, Forms([{}, *named], [name for whole in people for name in whole["accused"]]))


def sealed_of(keys: Keys, given: LetterIn, letter: Letter) -> tuple[str, bytes]:
    """Return what a letter hides, sealed, and the name of the key: the people of its fields, passages of its text.

    Called in the transaction that stores the letter, so that no key can be retired in between.
    """
    people = {"petitioners": given.people(), "accused": given.accused or []}
    original = {"title": given.title or "", "body": given.body or given.text or ""}
    return keys.seal_value(with_passages(people, original, {"title": letter.title, "body": letter.body}))


def with_passages(people: Mapping[str, Any], original: Texts, shown: Texts) -> dict[str, Any]:
    """Return people together with those passages of an original text that its shown text hides."""
    return {**people, **{part: _replaced(original[part], shown[part]) for part in PARTS}}


def restored(content: Mapping[str, Any], shown: Texts) -> dict[str, str]:
    """Return the original texts from the shown ones and what was sealed."""
    texts = {}
    for part in PARTS:
        text = shown[part]
        for start, passage in content.get(part, []):
            text = text[:start] + passage + text[start + len(passage) :]
        texts[part] = text
    return texts


def who_wrote(keys: Keys, key: str | None, given: LetterIn, letter: Letter) -> Letter:
    """Return a letter with the keyed hashes of who wrote it, by the key that is in use in its transaction."""
    return replace(letter, petitioners=frozenset(keys.identity_hash(identity, key) for identity in given.identities()))


def is_same_content(keys: Keys, stored: str, plain: str) -> bool:
    """Say whether a stored hash is that of a content: keyed, or plain as earlier versions stored it."""
    return stored in (keys.content_hash(plain), plain)


def identities_in(people: Sequence[Any]) -> frozenset[str]:
    """Return the normalised identities of sealed petitioners."""
    return frozenset(identity for person in people if (identity := identity_of(person)))


def _replaced(original: str, shown: str) -> list[tuple[int, str]]:
    """Return the passages of a text that another one of the same length replaces, each with its place."""
    if original == shown:
        return []
    differing = [i for i, (a, b) in enumerate(zip(original, shown, strict=True)) if a != b]
    runs = groupby(enumerate(differing), key=lambda pair: pair[1] - pair[0])
    places = [[place for _, place in run] for _, run in runs]
    return [(run[0], original[run[0] : run[-1] + 1]) for run in places]

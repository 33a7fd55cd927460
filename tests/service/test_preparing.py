from collections.abc import Sequence

import pytest
from sqlalchemy import delete, select, update

from model.analyse import Analyser
from model.packing import pack, unpack
from model.profile import ReadProfile
from model.records import Letter
from service.linking import Arrival, find_links
from service.office import Office
from service.preparing import Preparation, maker_of
from service.rotation import mask_stored
from service.tables import letters, prepared, sealed
from tests.service.desk import BRIBE, LIFT, LIFT_AGAIN, ROAD, WAGES, stored_letter, take


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the texts of the letters that are prepared from now on, in order."""
    texts: list[str] = []
    whole = Analyser.profiles

    def watched(self: Analyser, those: Sequence[Letter]) -> list[ReadProfile]:
        texts.extend(letter.body for letter in those)
        return whole(self, those)

    monkeypatch.setattr(Analyser, "profiles", watched)
    return texts


def kept(office: Office) -> dict[str, tuple[str, bytes]]:
    with office.database.read() as connection:
        return {row.letter_id: (row.maker, row.content) for row in connection.execute(select(prepared))}


def links_of(office: Office, body: str) -> list[tuple[str, float]]:
    new = stored_letter("new", body)
    with office.database.write() as connection:
        office.engine.catch_up(connection)
        (found,) = find_links(connection, office.engine, [Arrival(new, office.engine.vector(new), False)])
    return sorted((min(link.ends - {"new"}), link.score) for link in found)


def test_a_letter_is_prepared_once_and_never_for_those_that_come_later(office: Office, read: list[str]) -> None:
    bodies = [LIFT, LIFT_AGAIN, f"{LIFT_AGAIN}谢谢。", BRIBE]
    rows = [take(office, body).row for body in bodies]
    assert read == bodies
    assert rows[1].matter_id == rows[2].matter_id == rows[0].matter_id
    analyser = office.engine.analyser
    for row, (maker, content) in zip(rows, kept(office).values(), strict=True):
        assert maker == maker_of(analyser.version)
        assert content == pack(analyser.profiles([stored_letter(row.id, row.body)])[0])


def test_what_is_missing_or_of_another_model_is_made_anew_and_kept(office: Office, read: list[str]) -> None:
    first, second = (take(office, body).row.id for body in (LIFT, f"{LIFT}谢谢。"))
    take(office, ROAD)
    before, expected = kept(office), links_of(office, LIFT_AGAIN)
    assert {one for one, _ in expected} == {first, second}
    with office.database.write() as connection:
        connection.execute(delete(prepared).where(prepared.c.letter_id == first))
        connection.execute(update(prepared).where(prepared.c.letter_id == second).values(maker="older", content=b"?"))
    read.clear()
    assert links_of(office, LIFT_AGAIN) == expected
    assert sorted(read) == sorted([LIFT_AGAIN, LIFT, f"{LIFT}谢谢。"])
    assert kept(office) == before


def test_a_letter_that_another_model_prepared_is_prepared_anew(office: Office) -> None:
    take(office, LIFT)
    new = stored_letter("new", LIFT_AGAIN)
    arrival = Arrival(new, office.engine.vector(new), False, b"of another model", "another")
    with office.database.write() as connection:
        office.engine.catch_up(connection)
        (found,) = find_links(connection, office.engine, [arrival])
    assert [(min(link.ends - {"new"}), link.score) for link in found] == links_of(office, LIFT_AGAIN)


def test_letters_are_given_or_stored_and_others_left_out(office: Office) -> None:
    stored = take(office, LIFT).row.id
    given = {"new": stored_letter("new", WAGES), "ready": stored_letter("ready", ROAD)}
    packed = {"ready": pack(office.engine.analyser.profiles([given["ready"]])[0])}
    with office.database.write() as connection:
        preparation = Preparation(connection, office.engine.analyser, given, packed)
        profiles = preparation.profiles({stored, "new", "ready", "unknown"})
    begins = {one: profile.text[:4] for one, profile in profiles.items()}
    assert begins == {stored: LIFT[:4], "new": WAGES[:4], "ready": ROAD[:4]}
    assert kept(office).keys() == {stored}


def test_a_stored_letter_that_is_linked_anew_is_kept_as_it_is_prepared(office: Office) -> None:
    row = take(office, LIFT).row
    again = take(office, LIFT_AGAIN).row
    with office.database.write() as connection:
        connection.execute(delete(prepared))
        office.engine.catch_up(connection)
        letter = stored_letter(row.id, row.body)
        find_links(connection, office.engine, [Arrival(letter, office.engine.vector(letter), False)])
    assert kept(office).keys() == {row.id, again.id}


def test_a_model_that_compares_nothing_links_nothing(office: Office) -> None:
    take(office, LIFT)
    new = stored_letter("new", LIFT_AGAIN)
    arrival = Arrival(new, office.engine.vector(new), False)
    office.engine.switch(Analyser("compares nothing"))
    with office.database.write() as connection:
        assert find_links(connection, office.engine, [arrival]) == [[]]


def test_what_was_prepared_before_a_text_was_masked_goes(office: Office) -> None:
    row = take(office, LIFT).row
    with office.database.write() as connection:
        body = f"我的电话13812340000。{LIFT}"
        connection.execute(update(letters).values(body=body))
        people = office.keys.encrypt({"petitioners": [], "accused": []})
        connection.execute(update(sealed).where(sealed.c.letter_id == row.id).values(key="", content=people))
        connection.execute(delete(prepared))
        (profile,) = Preparation(connection, office.engine.analyser, {}, {}).profiles({row.id}).values()
        assert "13812340000" in profile.text
    mask_stored(office.database, office.keys, lambda _done: None)
    assert kept(office) == {}
    links_of(office, LIFT_AGAIN)
    ((_, content),) = kept(office).values()
    assert "13812340000" not in unpack(content).text

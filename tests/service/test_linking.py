import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select

from model.analyse import Analyser
from model.gathering import Link
from model.packing import pack
from service.db import Database
from service.engine import Engine
from service.linking import Ahead, Arrival, compare_ahead, find_links
from service.office import Office
from service.queries.letters import letters_by_id
from service.queries.matters import events_of
from service.removal import transfer_letter
from service.tables import letters, prepared
from tests.service.desk import (
    LIFT,
    LIFT_AGAIN,
    QIAN,
    RIVER,
    RIVER_AGAIN,
    ROAD,
    WAGES,
    ZHAO,
    Desk,
    LetIn,
    count,
    stored_letter,
    take,
)
from tests.service.shelf import put


@pytest.fixture
def second(office: Office, small_analyser: Analyser) -> Iterator[Office]:
    """Return another process's office on the same database."""
    database = Database(office.settings.database_address)
    yield Office(office.settings, database, Engine(small_analyser), office.keys)
    database.close()


def test_a_repeat_by_the_same_person_joins_the_matter(office: Office) -> None:
    first = take(office, LIFT, petitioner=ZHAO, received_at="2026-03-01")
    repeat = take(office, LIFT_AGAIN, petitioner=ZHAO, received_at="2026-03-09")
    assert (first.row.verdict, repeat.row.verdict) == ("first", "repeat")
    assert repeat.row.matter_id == first.row.matter_id


def test_a_co_signer_makes_a_repeat(office: Office) -> None:
    take(office, LIFT, petitioner=ZHAO, received_at="2026-03-01")
    assert take(office, LIFT_AGAIN, petitioner=QIAN, co_signers=[ZHAO]).row.verdict == "repeat"


def test_one_person_is_known_however_typed(office: Office) -> None:
    take(office, LIFT, petitioner={"name": "赵铁柱", "phone": "138 1234 0000"})
    spelt = {"name": "趙鐵柱", "phone": "+86-13812340000"}
    assert take(office, LIFT_AGAIN, petitioner=spelt).row.verdict == "repeat"


def test_a_letter_of_another_person_is_joint(office: Office) -> None:
    first = take(office, LIFT, petitioner=ZHAO)
    joint = take(office, LIFT_AGAIN, petitioner=QIAN)
    assert (joint.row.verdict, joint.row.matter_id) == ("joint", first.row.matter_id)


def test_anonymous_letters_share_nobody(office: Office) -> None:
    take(office, LIFT)
    assert take(office, LIFT_AGAIN).row.verdict == "joint"


@pytest.mark.parametrize("way", [{"addressee": "市住建局"}, {"channel": "web"}])
def test_the_same_letter_sent_elsewhere_is_a_copy(office: Office, way: dict[str, Any]) -> None:
    first = take(office, LIFT, petitioner=ZHAO, addressee="区住建局", channel="letter", received_at="2026-03-01")
    facts = {"addressee": "区住建局", "channel": "letter", **way}
    copy = take(office, LIFT, petitioner=ZHAO, received_at="2026-03-03", **facts)
    assert (copy.row.verdict, copy.row.matter_id) == ("copy", first.row.matter_id)


def test_the_same_letter_sent_there_again_is_a_repeat(office: Office) -> None:
    take(office, LIFT, petitioner=ZHAO, addressee="区住建局", received_at="2026-03-01")
    again = take(office, LIFT, petitioner=ZHAO, addressee="区住建局", received_at="2026-03-03")
    assert again.row.verdict == "repeat"


def test_a_letter_that_arrives_late_becomes_the_first(office: Office) -> None:
    later = take(office, LIFT_AGAIN, petitioner=ZHAO, received_at="2026-03-09")
    earlier = take(office, LIFT, petitioner=ZHAO, received_at="2026-03-01")
    with office.database.read() as connection:
        rows = letters_by_id(connection, [later.row.id, earlier.row.id])
    assert [rows[stored.row.id].verdict for stored in (earlier, later)] == ["first", "repeat"]


def test_another_matter_stays_apart(office: Office) -> None:
    assert take(office, LIFT, petitioner=ZHAO).row.matter_id != take(office, ROAD, petitioner=ZHAO).row.matter_id


def test_unrelated_letters_of_one_person_never_meet(let_in: LetIn, clerk: Desk) -> None:
    lift = clerk.deliver(LIFT, petitioner=ZHAO, co_signers=[QIAN])
    wages = clerk.deliver(WAGES, petitioner=ZHAO, co_signers=[QIAN])
    discipline = let_in("discipline")
    for reader in (clerk, discipline):
        pages = reader.read("/letters")["items"] + reader.read("/matters")["items"]
        outputs = [json.dumps(item) for item in pages]
        for letter in (lift, wages):
            paths = (f"/letters/{letter['id']}", f"/letters/{letter['id']}/similar")
            outputs += [f"{letter['id']} {json.dumps(reader.read(path))}" for path in paths]
            outputs.append(json.dumps(reader.read(f"/matters/{letter['matter']['id']}")))
        assert len(outputs) == 10
        for output in outputs:
            about_lift = lift["id"] in output or lift["matter"]["id"] in output
            about_wages = wages["id"] in output or wages["matter"]["id"] in output
            assert about_lift != about_wages


def test_a_second_process_sees_letters_of_the_first_at_once(office: Office, second: Office) -> None:
    first = take(office, LIFT, petitioner=ZHAO)
    repeat = take(second, LIFT_AGAIN, petitioner=ZHAO)
    assert (repeat.row.matter_id, repeat.row.verdict) == (first.row.matter_id, "repeat")
    third = take(office, f"{LIFT_AGAIN}谢谢。", petitioner=ZHAO)
    assert third.row.matter_id == first.row.matter_id
    with office.database.read() as connection:
        office.engine.catch_up(connection)
        new = stored_letter("new", LIFT)
        found = find_links(connection, office.engine, [Arrival(new, office.engine.vector(new), False)])[0]
    assert {link.a for link in found} | {link.b for link in found} >= {first.row.id, repeat.row.id, third.row.id}


def test_a_bridging_letter_joins_two_matters_and_the_move_is_an_event(office: Office) -> None:
    part = RIVER_AGAIN[2:34]
    one = take(office, RIVER, received_at="2026-03-01")
    two = take(office, part, received_at="2026-03-02")
    assert one.row.matter_id != two.row.matter_id
    bridge = take(office, RIVER + part, received_at="2026-03-03")
    with office.database.read() as connection:
        rows = letters_by_id(connection, [one.row.id, two.row.id, bridge.row.id])
        kept = {row.matter_id for row in rows.values()}
        (event,) = events_of(connection, bridge.row.matter_id)
        (left,) = events_of(connection, ({one.row.matter_id, two.row.matter_id} - kept).pop())
    assert kept < {one.row.matter_id, two.row.matter_id}
    assert event.kind == "moved"
    assert event.detail == left.detail
    assert event.detail["to"] == bridge.row.matter_id
    assert event.detail["letter"] in {one.row.id, two.row.id}
    assert event.detail["reason"]


def test_the_move_shows_in_the_matter_and_the_empty_matter_is_gone(clerk: Desk) -> None:
    one = clerk.deliver(RIVER)
    two = clerk.deliver(RIVER_AGAIN[2:34])
    bridge = clerk.deliver(RIVER + RIVER_AGAIN[2:34])
    (gone,) = {one["matter"]["id"], two["matter"]["id"]} - {bridge["matter"]["id"]}
    matter = clerk.read(f"/matters/{bridge['matter']['id']}")
    assert len(matter["letters"]) == 3
    assert [event["kind"] for event in matter["events"]] == ["moved"]
    assert clerk.get(f"/matters/{gone}").status_code == 404
    assert [line["id"] for line in clerk.read("/matters")["items"]] == [matter["id"]]


def matters_of(connection: Connection) -> dict[str, str]:
    return {row.id: row.matter_id for row in connection.execute(select(letters))}


def test_a_matter_keeps_its_id_where_most_of_it_stays(office: Office) -> None:
    with office.database.write() as connection:
        lone, _ = put(connection, stored_letter("a"))
        larger, _ = put(connection, stored_letter("b"), Link("a", "b", 0.55, "related"))
        put(connection, stored_letter("c"), Link("b", "c", 0.9, "same_matter"), Link("a", "c", 0.55, "related"))
        assert set(matters_of(connection).values()) == {lone, larger}
        everybody = [Link(other, "d", 0.95, "same_matter") for other in "abc"]
        joined, verdict = put(connection, stored_letter("d"), *everybody)
        assert joined == larger
        assert verdict == "joint"
        assert set(matters_of(connection).values()) == {larger}
        assert [event.detail["letter"] for event in events_of(connection, lone)] == ["a"]
        assert [event.detail["letter"] for event in events_of(connection, larger)] == ["a"]


def test_a_chain_of_weak_steps_does_not_grow(office: Office) -> None:
    with office.database.write() as connection:
        put(connection, stored_letter("a"))
        put(connection, stored_letter("b"), Link("a", "b", 0.9, "same_matter"))
        put(connection, stored_letter("c"), Link("b", "c", 0.8, "same_matter"))
        matter_of = matters_of(connection)
    assert matter_of["a"] == matter_of["b"] != matter_of["c"]


def test_a_letter_without_links_opens_a_matter(office: Office) -> None:
    with office.database.write() as connection:
        matter_id, verdict = put(connection, stored_letter("a"))
        assert verdict == "first"
        assert matters_of(connection) == {"a": matter_id}
    assert count(office.database, "matters") == 1


def test_without_a_relation_part_every_letter_is_its_own_matter(office: Office, small_analyser: Analyser) -> None:
    engine = Engine(Analyser("part", category=small_analyser.category))
    plain = Office(office.settings, office.database, engine, office.keys)
    assert take(plain, LIFT).row.matter_id != take(plain, LIFT).row.matter_id
    assert count(office.database, "vectors") == 0


def test_accusations_meet_accusations_only(office: Office) -> None:
    plain = take(office, LIFT)
    accusation = take(office, LIFT, accused=["物业经理"])
    again = take(office, LIFT_AGAIN, accused=["物业经理"])
    assert accusation.row.matter_id != plain.row.matter_id
    assert again.row.matter_id == accusation.row.matter_id
    with office.database.read() as connection:
        office.engine.catch_up(connection)
        for restricted, expected in ((False, {plain.row.id}), (True, {accusation.row.id, again.row.id})):
            new = stored_letter("~", LIFT)
            found = find_links(connection, office.engine, [Arrival(new, office.engine.vector(new), restricted)])[0]
            assert {link.a for link in found} == expected


def arrival(office: Office, body: str) -> Arrival:
    """Return a letter as the intake has read it."""
    new, analyser = stored_letter("new", body), office.engine.analyser
    return Arrival(new, office.engine.vector(new), False, pack(analyser.profiles([new])[0]), analyser.version)


def test_what_was_compared_ahead_is_what_is_found_and_is_not_compared_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for body in (LIFT, ROAD, f"{LIFT}谢谢。"):
        take(office, body)
    new = arrival(office, LIFT_AGAIN)
    with office.database.read() as connection:
        ahead = compare_ahead(connection, office.engine, [new])
    take(office, f"{LIFT_AGAIN}谢谢。")
    compared: list[int] = []
    relate = Analyser.relate

    def watched(self: Analyser, pairs: Any) -> Any:
        compared.append(len(pairs))
        return relate(self, pairs)

    with office.database.write() as connection:
        office.engine.catch_up(connection)
        expected = find_links(connection, office.engine, [new])
        monkeypatch.setattr(Analyser, "relate", watched)
        assert find_links(connection, office.engine, [new], ahead) == expected
        assert (sum(compared), len(expected[0])) == (1, 3)
        other = Ahead("another model", ahead.scored)
        assert find_links(connection, office.engine, [new], other) == expected
    assert sum(compared) > 3


def test_nothing_is_known_ahead_of_letters_that_are_not_prepared(office: Office) -> None:
    take(office, LIFT)
    with office.database.write() as connection:
        connection.execute(delete(prepared))
    new = arrival(office, LIFT_AGAIN)
    with office.database.read() as connection:
        ahead = compare_ahead(connection, office.engine, [new])
    assert not ahead.scored
    with office.database.write() as connection:
        assert len(find_links(connection, office.engine, [new], ahead)[0]) == 1


def test_a_letter_that_went_among_accusations_meanwhile_is_met_no_more(office: Office) -> None:
    stored = take(office, LIFT).row.id
    new = arrival(office, LIFT_AGAIN)
    with office.database.read() as connection:
        ahead = compare_ahead(connection, office.engine, [new])
    assert ahead.scored
    with office.database.write() as connection:
        transfer_letter(connection, office.engine, stored, restricted=True)
    with office.database.write() as connection:
        office.engine.catch_up(connection)
        assert find_links(connection, office.engine, [new], ahead) == [[]]

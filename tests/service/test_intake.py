from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from service.caller import Caller
from service.errors import Conflict, Failed, Invalid
from service.intake import Stored
from service.office import Office
from service.queries.letters import identities_of
from service.repeats import Delivery
from service.schemas.letters import letter_in
from service.tables import letters
from tests.service.databases import accept_inserts, refuse_inserts
from tests.service.desk import CLERK, LIFT, LIFT_AGAIN, QIAN, ROAD, WAGES, ZHAO, LetIn, contents, count, take

THREADS = 4
STEPS = ("letters", "identities", "vectors", "prepared", "changes", "links", "matters", "idempotency_keys")


def test_a_letter_is_stored_with_its_vector_matter_and_change(office: Office) -> None:
    stored = take(office, LIFT, petitioner=ZHAO)
    assert stored.new
    assert stored.row.verdict == "first"
    assert contents(office.database) == {
        "letters": 1,
        "matters": 1,
        "vectors": 1,
        "prepared": 1,
        "changes": 1,
        "identities": 1,
        "sealed": 1,
        "keys_in_use": 0,
        "links": 0,
        "events": 0,
        "idempotency_keys": 0,
        "automatic_decisions": 4,
        "bases": 1,
        "accused": 0,
        "corrections": 0,
        "decisions": 0,
        "flags": 0,
        "deadlines": 1,
        "deadline_scopes": 1,
        "flag_scopes": 0,
    }


def test_an_external_id_stores_once(office: Office) -> None:
    first = take(office, LIFT, external_id="A-1")
    again = take(office, LIFT, external_id="A-1")
    assert (first.new, again.new) == (True, False)
    assert again.row.id == first.row.id
    assert count(office.database, "letters") == 1


def test_an_external_id_belongs_to_its_owner(office: Office) -> None:
    first = take(office, LIFT, Caller("east", "integrator"), external_id="A-1")
    other = take(office, ROAD, Caller("west", "integrator"), external_id="A-1")
    assert other.new
    assert other.row.id != first.row.id


@pytest.mark.parametrize("change", [{"body": ROAD}, {"title": "电梯"}, {"region": "东湖区"}, {"petitioner": "p1"}])
def test_an_external_id_with_other_content_is_refused_naming_the_letter(office: Office, change: dict[str, Any]) -> None:
    first = take(office, LIFT, external_id="A-1")
    with pytest.raises(Conflict) as refused:
        take(office, **{"body": LIFT, "external_id": "A-1", **change})
    assert first.row.id in refused.value.detail
    assert refused.value.errors[0][0] == "external_id"
    assert count(office.database, "letters") == 1


def test_an_empty_external_id_is_none(office: Office) -> None:
    take(office, LIFT, external_id="")
    take(office, ROAD, external_id="")
    assert count(office.database, "letters") == 2


def test_an_idempotency_key_stores_once(office: Office) -> None:
    first = take(office, LIFT, key="k1")
    again = take(office, LIFT, key="k1")
    assert (first.new, again.new) == (True, False)
    assert again.row.id == first.row.id
    with pytest.raises(Conflict) as refused:
        take(office, ROAD, key="k1")
    assert first.row.id in refused.value.detail
    assert refused.value.errors[0][0] == "Idempotency-Key"


def test_a_key_belongs_to_its_owner(office: Office) -> None:
    assert take(office, LIFT, Caller("east", "integrator"), key="k1").new
    assert take(office, ROAD, Caller("west", "integrator"), key="k1").new


def test_equal_letters_without_key_are_two_letters(office: Office) -> None:
    assert take(office, LIFT).new
    assert take(office, LIFT).new
    assert count(office.database, "letters") == 2


def test_a_key_that_was_answered_by_the_external_id_is_taken_too(office: Office) -> None:
    take(office, LIFT, external_id="A-1", key="k1")
    assert not take(office, LIFT, external_id="A-1", key="k2").new
    with pytest.raises(Conflict):
        take(office, ROAD, key="k2")


def test_threads_with_one_external_id_store_one_letter(office: Office) -> None:
    together = Barrier(THREADS)

    def deliver(_: int) -> tuple[bool, str]:
        together.wait()
        stored = take(office, LIFT, external_id="A-1")
        return stored.new, stored.row.id

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(deliver, range(THREADS)))
    assert sorted(new for new, _ in found) == [False] * (THREADS - 1) + [True]
    assert len({letter_id for _, letter_id in found}) == 1
    assert count(office.database, "letters") == 1


def test_equal_requests_at_once_get_one_letter(office: Office, let_in: LetIn) -> None:
    desks = [let_in("integrator", "east") for _ in range(THREADS)]
    together = Barrier(THREADS)

    def deliver(number: int) -> tuple[int, str]:
        together.wait()
        answer = desks[number].post("/letters", {"body": LIFT}, Idempotency_Key="k1")
        assert answer.json
        return answer.status_code, answer.json["id"]

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(deliver, range(THREADS)))
    assert sorted(status for status, _ in found) == [200] * (THREADS - 1) + [201]
    assert len({letter_id for _, letter_id in found}) == 1
    assert count(office.database, "letters") == 1


def test_threads_with_other_letters_store_all(office: Office) -> None:
    bodies = [LIFT, LIFT_AGAIN, ROAD, WAGES]
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda body: take(office, body), bodies))
    assert len({stored.row.id for stored in found}) == THREADS
    assert count(office.database, "letters") == count(office.database, "vectors") == THREADS
    assert count(office.database, "matters") == THREADS - 1


@pytest.mark.parametrize("table", STEPS)
def test_a_failure_leaves_nothing_of_the_letter(office: Office, table: str) -> None:
    take(office, LIFT, petitioner=ZHAO)
    before = contents(office.database)
    refuse_inserts(office.database, table)
    # A letter alone opens a matter; a repeat makes links.
    body = ROAD if table == "matters" else LIFT_AGAIN
    with pytest.raises(Failed):
        take(office, body, petitioner=ZHAO, external_id="A-2", key="k2")
    assert contents(office.database) == before


def test_after_a_failure_the_letter_can_be_stored(office: Office) -> None:
    first = take(office, LIFT, petitioner=ZHAO)
    refuse_inserts(office.database, "links")
    with pytest.raises(Failed):
        take(office, LIFT_AGAIN, petitioner=ZHAO, key="k2")
    accept_inserts(office.database, "links")
    stored = take(office, LIFT_AGAIN, petitioner=ZHAO, key="k2")
    assert stored.new
    assert (stored.row.matter_id, stored.row.verdict) == (first.row.matter_id, "repeat")


def test_an_unreadable_time_is_refused(office: Office) -> None:
    with pytest.raises(Invalid) as refused:
        take(office, LIFT, received_at="上周三")
    assert refused.value.errors[0][0] == "received_at"
    assert contents(office.database)["letters"] == 0


def test_petitioners_are_stored_encrypted_and_hashed(office: Office) -> None:
    stored = take(office, LIFT, petitioner=ZHAO, co_signers=[QIAN], accused=["孙某"])
    assert office.keys.decrypt(stored.row.people) == {
        "petitioners": [{**ZHAO, "address": None}, {**QIAN, "address": None}],
        "accused": ["孙某"],
        "title": [],
        "body": [],
    }
    with office.database.read() as connection:
        (row,) = connection.execute(select(letters))
        hashes = identities_of(connection, [stored.row.id])[stored.row.id]
    known = {office.keys.identity_hash(f"id:{person['id_number']}") for person in (ZHAO, QIAN)}
    assert hashes == known
    plain = repr(tuple(row))
    for value in (*ZHAO.values(), *QIAN.values(), "孙某"):
        assert value not in plain


@pytest.mark.parametrize(
    ("facts", "restricted"),
    [
        ({"body": LIFT}, False),
        ({"body": LIFT, "accused": ["物业经理"]}, True),
        ({"body": "我举报环保局干部收受化工厂好处，包庇企业偷排污水，请纪委严肃查处。"}, True),
    ],
)
def test_an_accusation_is_restricted(office: Office, facts: dict[str, Any], restricted: bool) -> None:
    assert take(office, **facts).row.restricted is restricted


def test_the_time_of_receipt_is_kept_in_utc(office: Office) -> None:
    assert take(office, LIFT, received_at="2026/3/5 9:07").row.received_at == "2026-03-05T01:07:00.000000+00:00"


def test_the_text_stays_as_it_came(office: Office) -> None:
    text = "  ＡＢＣ\r\n電梯😀\u200b壞了  "
    stored = take(office, text, CLERK, title=" 标题 ")
    assert (stored.row.title, stored.row.body) == (" 标题 ", text)


def test_letters_taken_together_meet_each_other(office: Office) -> None:
    deliveries = [Delivery(letter_in({"body": body}), CLERK) for body in (LIFT, ROAD, LIFT_AGAIN)]
    first, other, again = (stored.row for stored in office.intake.take_all(deliveries) if isinstance(stored, Stored))
    assert first.matter_id == again.matter_id != other.matter_id


def test_of_letters_taken_together_each_is_stored_once_or_refused_by_itself(office: Office) -> None:
    facts = [
        {"body": LIFT, "external_id": "A-1"},
        {"body": ROAD, "received_at": "yesterday"},
        {"body": LIFT, "external_id": "A-1"},
        {"body": WAGES, "external_id": "A-1"},
    ]
    stored, unreadable, again, other = office.intake.take_all([Delivery(letter_in(one), CLERK) for one in facts])
    assert isinstance(stored, Stored)
    assert isinstance(again, Stored)
    assert (stored.new, again.new) == (True, False)
    assert again.row.id == stored.row.id
    assert isinstance(unreadable, Invalid)
    assert isinstance(other, Conflict)
    assert count(office.database, "letters") == 1


def test_one_that_the_database_refuses_disturbs_no_other(office: Office) -> None:
    refuse_inserts(office.database, "letters", when="NEW.region = 'nowhere'")
    deliveries = [Delivery(letter_in({"body": LIFT, "region": place}), CLERK) for place in ("east", "nowhere")]
    stored, refused = office.intake.take_all(deliveries)
    assert isinstance(stored, Stored)
    assert isinstance(refused, Failed)
    assert count(office.database, "letters") == 1

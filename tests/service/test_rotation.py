import json
from typing import Any

import pytest
from sqlalchemy import select, update

from service import rotation, uploads
from service.errors import SettingError
from service.keys import KEYED, Keys, load_keys
from service.office import Office
from service.queries.imports import pieces_of
from service.queries.letters import letters_by_id
from service.rotation import mask_stored, rotate_identity_key, rotate_storage_key
from service.sealing import restored
from service.tables import idempotency_keys, identities, letters, sealed, vectors
from tests.service.desk import CLERK, LIFT, LIFT_AGAIN, QIAN, ROAD, ZHAO, take


class InterruptedRunError(Exception):
    """A run that ends in the middle."""


def nothing(_count: int) -> None:
    pass


def interrupt(_count: int) -> None:
    raise InterruptedRunError


def held(office: Office) -> Any:
    return json.loads(office.keys.path.read_text(encoding="ascii"))


def people_of(office: Office, keys: Keys) -> list[str]:
    with office.database.read() as connection:
        tokens = connection.execute(select(sealed.c.content).order_by(sealed.c.letter_id)).scalars().all()
    return [keys.decrypt(token)["petitioners"][0]["name"] for token in tokens]


def hashes(office: Office) -> set[str]:
    with office.database.read() as connection:
        return set(connection.execute(select(identities.c.hash)).scalars())


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "BATCH", 1)


def test_everything_is_sealed_with_the_new_key_and_the_old_one_is_gone(office: Office) -> None:
    for body, person in ((LIFT, ZHAO), (ROAD, QIAN)):
        take(office, body, petitioner=person)
    before = held(office)
    newest = rotate_storage_key(office.database, load_keys(office.keys.path), nothing)
    after = held(office)
    assert len(after["storage"]) == 1
    assert after["storage"] != before["storage"]
    assert {name: after[name] for name in ("identity", "session", "content")} == {
        name: before[name] for name in ("identity", "session", "content")
    }
    with office.database.read() as connection:
        assert set(connection.execute(select(sealed.c.key)).scalars()) == {newest}
    # The office of the running server notices by itself.
    assert people_of(office, office.keys) == ["赵铁柱", "钱多多"]
    assert office.keys.storage_key == newest


def test_an_interrupted_rotation_goes_on_with_the_same_key(office: Office) -> None:
    take(office, LIFT, petitioner=ZHAO)
    take(office, ROAD, petitioner=QIAN)
    with pytest.raises(InterruptedRunError):
        rotate_storage_key(office.database, load_keys(office.keys.path), interrupt)
    halfway = held(office)
    assert len(halfway["storage"]) == 2
    assert people_of(office, office.keys) == ["赵铁柱", "钱多多"]
    take(office, LIFT_AGAIN, petitioner=ZHAO)
    rotate_storage_key(office.database, load_keys(office.keys.path), nothing)
    assert held(office)["storage"] == halfway["storage"][:1]
    assert people_of(office, load_keys(office.keys.path)) == ["赵铁柱", "钱多多", "赵铁柱"]


def test_letters_that_arrive_during_a_rotation_are_read_after_it(office: Office) -> None:
    take(office, LIFT, petitioner=ZHAO)
    arrived: list[bool] = []

    def arrive(_count: int) -> None:
        if len(arrived) < 3:
            arrived.append(take(office, f"{ROAD}{len(arrived)}", petitioner=QIAN).new)

    rotate_storage_key(office.database, load_keys(office.keys.path), arrive)
    assert arrived
    assert set(people_of(office, load_keys(office.keys.path))) == {"赵铁柱", "钱多多"}


def test_files_that_wait_for_their_import_are_sealed_anew_too(office: Office) -> None:
    content = "反映,内容\n".encode() * 200_000
    job = uploads.accept(office.database, load_keys(office.keys.path), CLERK, "letters.csv", content, None)
    rotate_storage_key(office.database, load_keys(office.keys.path), nothing)
    with office.database.read() as connection:
        pieces = pieces_of(connection, job)
    assert len(pieces) > 1
    assert b"".join(load_keys(office.keys.path).unseal(piece) for piece in pieces) == content


def test_files_of_earlier_versions_load_and_are_completed(office: Office) -> None:
    old = {name: value[0] if isinstance(value, list) else value for name, value in held(office).items()}
    del old["content"]
    office.keys.path.write_text(json.dumps(old), encoding="ascii")
    keys = load_keys(office.keys.path)
    known = keys.content_hash("x")
    rotate_storage_key(office.database, keys, nothing)
    rotate_identity_key(office.database, keys, nothing)
    assert load_keys(office.keys.path).content_hash("x") == known
    assert held(office)["session"] == old["session"]


def test_repeats_are_told_before_during_and_after_a_rotation_of_hashes(office: Office) -> None:
    first = take(office, LIFT, petitioner=ZHAO)
    take(office, ROAD, petitioner="k-1")
    before = hashes(office)
    with pytest.raises(InterruptedRunError):
        rotate_identity_key(office.database, load_keys(office.keys.path), interrupt)
    assert hashes(office) == before
    during = take(office, LIFT_AGAIN, petitioner=ZHAO)
    rotate_identity_key(office.database, load_keys(office.keys.path), nothing)
    after = take(office, f"{LIFT_AGAIN}请尽快。", petitioner=ZHAO)
    assert [during.row.verdict, after.row.verdict] == ["repeat", "repeat"]
    assert during.row.matter_id == after.row.matter_id == first.row.matter_id
    assert len(hashes(office)) == 2
    assert not hashes(office) & before
    assert len(held(office)["identity"]) == 1


def test_the_key_of_contents_stays_so_that_a_repeated_delivery_is_known(office: Office) -> None:
    first = take(office, LIFT, petitioner=ZHAO, key="k", external_id="A")
    rotate_storage_key(office.database, load_keys(office.keys.path), nothing)
    rotate_identity_key(office.database, load_keys(office.keys.path), nothing)
    again = take(office, LIFT, petitioner=ZHAO, key="k", external_id="A")
    assert (again.new, again.row.id) == (False, first.row.id)


def as_before_masking(office: Office, letter_id: str, body: str, plain: str) -> None:
    """Bring a letter into the state in which an earlier version left it."""
    analysis = {
        "category": {"evidence": [{"start": 2, "end": 5, "text": "赵铁柱", "weight": 1.0}]},
        "group_visit": None,
    }
    people = office.keys.encrypt({"petitioners": [{**ZHAO, "address": None}], "accused": []})
    with office.database.write() as connection:
        values = {"body": body, "content_hash": plain, "analysis": analysis}
        connection.execute(update(letters).where(letters.c.id == letter_id).values(values))
        connection.execute(update(idempotency_keys).values(content_hash=plain))
        connection.execute(update(sealed).where(sealed.c.letter_id == letter_id).values(key="", content=people))


def test_texts_of_earlier_versions_are_masked_and_their_hashes_keyed(office: Office) -> None:
    body = f"我叫赵铁柱，电话13812340000。{LIFT}"
    old = take(office, body, petitioner=ZHAO, key="k")
    other = take(office, ROAD, petitioner=QIAN)
    plain = "0" * 64
    as_before_masking(office, old.row.id, body, plain)
    with pytest.raises(SettingError, match="hongyan keys mask"):
        rotate_storage_key(office.database, office.keys, nothing)
    with pytest.raises(InterruptedRunError):
        mask_stored(office.database, office.keys, interrupt)
    assert mask_stored(office.database, office.keys, nothing) == 0
    with office.database.read() as connection:
        rows = letters_by_id(connection, [old.row.id, other.row.id])
        keyed = connection.execute(select(idempotency_keys.c.content_hash)).scalar_one()
        models = dict(connection.execute(select(vectors.c.letter_id, vectors.c.model)).all())
    row = rows[old.row.id]
    assert row.body.startswith("我叫赵**，电话138****0000。")
    assert row.analysis["category"]["evidence"][0]["text"] == "赵**"
    assert row.content_hash == keyed == office.keys.content_hash(plain)
    assert row.content_hash.startswith(KEYED)
    assert restored(office.keys.decrypt(row.people), {"title": row.title, "body": row.body})["body"] == body
    assert models == {old.row.id: None, other.row.id: office.engine.analyser.version}
    assert rows[other.row.id].body == ROAD

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from flask.testing import FlaskClient

from model.errors import ArtefactError
from service.errors import SettingError
from service.key_file import KeyFile
from service.keys import Keys, load_keys
from service.office import Office
from service.queries.sealed import keys_used, put_sealed
from tests.service.desk import LIFT, ROAD, ZHAO, Desk, take

THREADS = 8


def keys_file(folder: Path, **changes: Any) -> Path:
    path = folder / "keys"
    load_keys(path)
    content = {**json.loads(path.read_text(encoding="ascii")), **changes}
    path.write_text(json.dumps(content), encoding="ascii")
    return path


def test_keys_are_made_once_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys"
    made = load_keys(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["keys"]
    again = load_keys(path)
    assert (again.session, again.identity_hash("x")) == (made.session, made.identity_hash("x"))


def test_of_several_threads_one_makes_the_keys(tmp_path: Path) -> None:
    together = Barrier(THREADS)

    def load(_: int) -> Keys:
        together.wait()
        return load_keys(tmp_path / "keys")

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(load, range(THREADS)))
    assert len({keys.session for keys in found}) == 1
    assert len({keys.identity_hash("x") for keys in found}) == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["keys"]
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"x", b"[]", b"{}", b"5", "{} 钥匙".encode(), b"\xff"])
def test_a_file_that_holds_no_keys_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "keys"
    path.write_bytes(content)
    with pytest.raises(SettingError, match="keys"):
        load_keys(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "changes", [{"identity": "xyz"}, {"identity": 5}, {"storage": "short"}, {"storage": None}, {"storage": "电"}]
)
def test_damaged_keys_are_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = keys_file(tmp_path, **changes)
    with pytest.raises(SettingError):
        load_keys(path)


def test_a_folder_is_no_file_of_keys(tmp_path: Path) -> None:
    with pytest.raises(SettingError):
        load_keys(tmp_path)


@pytest.mark.parametrize("content", [None, [], {"petitioners": [{"name": "赵铁柱"}], "accused": ["😀"]}])
def test_what_was_encrypted_comes_back(tmp_path: Path, content: Any) -> None:
    keys = load_keys(tmp_path / "keys")
    sealed = keys.encrypt(content)
    assert keys.decrypt(sealed) == content
    assert "赵铁柱".encode() not in sealed
    assert keys.encrypt(content) != sealed


def test_other_keys_do_not_open_it(tmp_path: Path) -> None:
    sealed = load_keys(tmp_path / "a").encrypt({"name": "赵铁柱"})
    with pytest.raises(SettingError, match="HONGYAN_KEYS"):
        load_keys(tmp_path / "b").decrypt(sealed)


def test_hashes_differ_by_key_and_by_person(tmp_path: Path) -> None:
    one, other = load_keys(tmp_path / "a"), load_keys(tmp_path / "b")
    hashes = {keys.identity_hash(person) for keys in (one, other) for person in ("id:1", "id:2")}
    assert len(hashes) == 4
    assert {len(value) for value in hashes} == {64}


def test_no_keys_are_made_for_a_database_that_others_sealed(office: Office) -> None:
    take(office, LIFT, petitioner=ZHAO)
    with office.database.read() as connection:
        used = keys_used(connection)
    assert (used, office.keys.fit(used)) == ({"storage": office.keys.storage_key}, True)
    kept = office.keys.path.rename(office.keys.path.with_name("kept"))
    with pytest.raises(SettingError, match="no file of keys, but the database is sealed"):
        Office.open(office.settings)
    assert not office.keys.path.exists()
    load_keys(office.keys.path)
    with pytest.raises(SettingError, match="do not fit"):
        Office.open(office.settings)
    kept.rename(office.keys.path)
    with pytest.raises(ArtefactError, match="no model"):
        Office.open(office.settings)


def test_a_server_whose_file_of_keys_is_another_one_is_not_ready(office: Office, client: FlaskClient) -> None:
    take(office, LIFT, petitioner=ZHAO)
    for other in (KeyFile.new().replace, lambda path: path.write_text("nothing")):
        other(office.keys.path)
        answer = client.get("/readyz")
        assert (answer.status_code, (answer.json or {})["checks"]["keys"]) == (503, "unfit")


def test_a_letter_that_others_sealed_hides_no_other(office: Office, clerk: Desk) -> None:
    taken = [take(office, body, petitioner=ZHAO).row.id for body in (LIFT, ROAD)]
    with office.database.write() as connection:
        put_sealed(connection, taken[0], "other", KeyFile.new().storage[0].encode())
    shown = {one["id"]: one["petitioner"] for one in clerk.read("/letters")["items"]}
    assert shown.keys() == set(taken)
    assert (shown[taken[0]], bool(shown[taken[1]])) == (None, True)

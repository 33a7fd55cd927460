import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from model import artefact
from model.errors import ArtefactError
from service import model_watch
from service.app import create_app
from service.audit import OPERATOR
from service.caller import Role
from service.cli import main
from service.errors import Busy, Conflict, NotFound
from service.office import Office
from service.queries.vectors import count_without_vector
from service.rebuilding import rebuild_vectors
from service.registry import folder_in_use
from service.tables import audit
from tests.service.desk import LIFT, LIFT_AGAIN, ROAD, Desk, LetIn, assert_problem, take


@pytest.fixture
def versions(office: Office, model_folder: Path, newer_folder: Path) -> tuple[str, str]:
    """Register two versions, of which the first is active and in use."""
    first, second = (office.registry.add(folder, OPERATOR) for folder in (model_folder, newer_folder))
    office.registry.activate(first, OPERATOR)
    office.watch.look()
    return first, second


def states(office: Office) -> dict[str, str]:
    return {row.version: row.state for row in office.registry.models()}


def spoil(folder: Path) -> None:
    """Change one byte of a registered model."""
    path = next(folder.rglob("*.npy"))
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_a_version_is_copied_whole_and_stays(office: Office, model_folder: Path) -> None:
    version = office.registry.add(model_folder, OPERATOR, "first")
    folder = office.registry.folders.of(version)
    assert {path.relative_to(folder) for path in folder.rglob("*")} == {
        path.relative_to(model_folder) for path in model_folder.rglob("*")
    }
    assert not any(path.stat().st_mode & 0o222 for path in folder.rglob("*") if path.is_file())
    assert office.registry.add(model_folder, OPERATOR, "again") == version
    (row,) = office.registry.models()
    assert (row.state, row.note, row.added_by, row.facts["parts"]) == (
        "candidate",
        "first",
        "operator",
        ["category", "purpose", "relation", "risk"],
    )


def test_what_an_add_that_died_left_is_replaced(office: Office, model_folder: Path) -> None:
    models = office.settings.models_folder
    version = artefact.read_manifest(model_folder)["version"]
    (models / ".adding-x").mkdir(parents=True)
    (models / version).mkdir()
    office.registry.add(model_folder, OPERATOR)
    assert artefact.load(models / version).version == version
    assert not (models / ".adding-x").exists()


@pytest.mark.parametrize("damage", ["byte", "file", "version", "outside"])
def test_a_damaged_folder_is_not_registered(office: Office, model_folder: Path, tmp_path: Path, damage: str) -> None:
    source = tmp_path / "source"
    shutil.copytree(model_folder, source)
    manifest = json.loads((source / "manifest.json").read_text(encoding="utf-8"))
    if damage == "byte":
        spoil(source)
    elif damage == "file":
        next(source.rglob("*.npy")).unlink()
    else:
        (tmp_path / "outside.json").write_text("{}")
        changed = {"version": "../../x"} if damage == "version" else {"files": {"../outside.json": ""}}
        (source / "manifest.json").write_text(json.dumps({**manifest, **changed}), encoding="utf-8")
    with pytest.raises(ArtefactError):
        office.registry.add(source, OPERATOR)
    assert office.registry.models() == []
    assert not office.settings.models_folder.exists()


def test_activation_and_rollback_go_back_step_by_step(office: Office, versions: tuple[str, str]) -> None:
    first, second = versions
    assert states(office) == {first: "active", second: "candidate"}
    office.registry.activate(second, OPERATOR)
    assert states(office) == {first: "retired", second: "active"}
    assert office.registry.rollback(OPERATOR) == first
    assert states(office) == {first: "active", second: "candidate"}
    with pytest.raises(Conflict, match="before"):
        office.registry.rollback(OPERATOR)
    with office.database.read() as connection:
        found = connection.execute(audit.select().where(audit.c.object_kind == "model").order_by(audit.c.number))
        told = [(row.action, row.object_id, row.detail) for row in found]
    assert told == [
        ("add", first, None),
        ("add", second, None),
        ("activate", first, {"before": None}),
        ("activate", second, {"before": first}),
        ("rollback", first, {"before": second}),
    ]


def test_the_next_letter_is_read_by_the_active_version(office: Office, versions: tuple[str, str]) -> None:
    first, second = versions
    assert take(office, LIFT).row.analysis["model"]["version"] == first
    office.registry.activate(second, OPERATOR)
    office.watch.look()
    assert take(office, ROAD).row.analysis["model"]["version"] == second
    assert folder_in_use(office.settings, office.database) == office.registry.folders.of(second)


def test_a_machine_without_the_active_version_says_what_to_copy(office: Office, versions: tuple[str, str]) -> None:
    office.registry.activate(versions[0], OPERATOR)
    shutil.rmtree(office.registry.folders.of(versions[0]))
    with pytest.raises(ArtefactError, match=f"{versions[0]}: the model in use is not on this machine; copy"):
        folder_in_use(office.settings, office.database)


def test_repeats_are_found_before_and_after_letters_have_new_vectors(office: Office, versions: tuple[str, str]) -> None:
    earlier = take(office, LIFT).row
    office.registry.activate(versions[1], OPERATOR)
    office.watch.look()
    assert take(office, LIFT_AGAIN).row.matter_id == earlier.matter_id
    assert sum(rebuild_vectors(office.database, office.engine)) == 1
    with office.database.read() as connection:
        assert count_without_vector(connection, versions[1]) == 0
    assert take(office, f"{LIFT_AGAIN}请尽快。").row.matter_id == earlier.matter_id


def test_a_damaged_version_is_not_activated(office: Office, versions: tuple[str, str]) -> None:
    spoil(office.registry.folders.of(versions[1]))
    with pytest.raises(Conflict, match="damaged"):
        office.registry.activate(versions[1], OPERATOR)
    assert states(office)[versions[0]] == "active"


def test_a_process_that_cannot_load_the_active_version_goes_on_and_tries_again(
    office: Office, versions: tuple[str, str], newer_folder: Path, monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    first, second = versions
    office.registry.activate(second, OPERATOR)
    spoil(office.registry.folders.of(second))
    office.watch.look()
    assert office.engine.analyser.version == first
    assert take(office, LIFT).new
    shown = app.test_client().get("/readyz")
    assert (shown.status_code, second in (shown.json or {})["model"]) == (200, True)
    office.registry.add(newer_folder, OPERATOR)
    office.watch.look()
    assert office.engine.analyser.version == first
    monkeypatch.setattr(model_watch, "monotonic", lambda: 1e12)
    office.watch.look()
    assert office.engine.analyser.version == second
    assert office.watch.trouble is None


def test_a_database_that_is_busy_for_a_while_does_not_end_the_watch(
    office: Office, versions: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.registry.activate(versions[1], OPERATOR)
    monkeypatch.setattr(model_watch, "LOOK_EVERY", 0.01)
    usual, errors = office.watch.look, iter((Busy("busy"), OSError("odd")))

    def look() -> None:
        if error := next(errors, None):
            raise error
        usual()
        office.watch.stop()

    monkeypatch.setattr(office.watch, "look", look)
    thread = office.watch.start()
    thread.join(60)
    assert office.engine.analyser.version == versions[1]


def test_a_version_in_use_is_not_removed(office: Office, versions: tuple[str, str], model_folder: Path) -> None:
    first, second = versions
    with pytest.raises(Conflict):
        office.registry.remove(first, OPERATOR)
    office.registry.activate(second, OPERATOR)
    office.registry.remove(first, OPERATOR)
    assert states(office) == {second: "active"}
    assert not office.registry.folders.of(first).exists()
    with pytest.raises(NotFound):
        office.registry.activate(first, OPERATOR)
    with pytest.raises(Conflict):
        office.registry.rollback(OPERATOR)
    office.registry.add(model_folder, OPERATOR)
    assert states(office)[first] == "candidate"


def changed(desk: Desk, method: str, path: str) -> Any:
    answer = desk.call(method, path)
    assert answer.status_code == 200, answer.text
    return answer.json


@pytest.mark.parametrize("role", ["analyst", "admin"])
def test_the_api_shows_and_changes_the_registry(
    let_in: LetIn, office: Office, versions: tuple[str, str], role: Role
) -> None:
    first, second = versions
    desk = let_in(role)
    shown = desk.read("/models")
    assert (shown["in_use"], {one["version"]: one["state"] for one in shown["items"]}) == (first, states(office))
    assert changed(desk, "POST", f"/models/{second}/activate")["state"] == "active"
    assert desk.read(f"/models/{first}")["state"] == "retired"
    assert changed(desk, "POST", "/models/rollback")["version"] == first
    assert_problem(desk.call("POST", "/models/rollback"), 409)
    assert changed(desk, "POST", f"/models/{second}/shadow")["state"] == "shadow"
    assert_problem(desk.call("POST", f"/models/{first}/shadow"), 409)
    assert changed(desk, "DELETE", f"/models/{second}/shadow")["state"] == "candidate"
    assert_problem(desk.call("DELETE", f"/models/{second}/shadow"), 404)
    assert_problem(desk.call("POST", "/models/none/activate"), 404)
    assert desk.read(f"/models/{first}")["activated_by"] == role


@pytest.mark.parametrize("role", ["clerk", "supervisor", "discipline", "integrator"])
def test_others_see_and_change_nothing(let_in: LetIn, versions: tuple[str, str], role: Role) -> None:
    desk = let_in(role)
    assert_problem(desk.get("/models"), 404)
    assert_problem(desk.call("POST", f"/models/{versions[1]}/activate"), 404)
    assert_problem(desk.call("POST", "/models/rollback"), 404)


@pytest.fixture
def home(office: Office, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HONGYAN_HOME", office.settings.home)
    monkeypatch.delenv("HONGYAN_MODEL", raising=False)
    return office.settings.home_folder


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.mark.usefixtures("office")
def test_commands_without_a_model_name_the_commands_to_run(home: Path) -> None:
    (home / "in.jsonl").write_text(json.dumps({"body": LIFT}), encoding="utf-8")
    for words in (("analyze", home / "in.jsonl"), ("serve",), ("index", "rebuild")):
        result = run(*words)
        assert result.exit_code == 2
        assert "hongyan-train fit" in result.stderr
        assert "hongyan model add" in result.stderr


def test_commands_use_the_active_version(home: Path, model_folder: Path, newer_folder: Path) -> None:
    file = home / "in.jsonl"
    file.write_text(json.dumps({"body": LIFT}), encoding="utf-8")
    first = run("model", "add", model_folder, "--activate").stdout.strip()
    second = run("model", "add", newer_folder, "--note", "spring").stdout.strip()
    assert json.loads(run("analyze", file).stdout)["model"] == {"version": first}
    assert run("model", "activate", second).exit_code == 0
    assert json.loads(run("analyze", file).stdout)["model"] == {"version": second}
    assert "spring" in run("model", "list").stdout
    assert json.loads(run("model", "show", second).stdout)["state"] == "active"
    assert run("model", "rollback").exit_code == 0
    assert json.loads(run("analyze", file).stdout)["model"] == {"version": first}
    assert run("model", "shadow", second).exit_code == 0
    assert run("model", "remove", second).exit_code == 2
    assert run("model", "shadow", second, "--off").exit_code == 0
    assert run("model", "remove", second).exit_code == 0
    assert run("model", "activate", second).exit_code == 2


def test_a_model_beside_the_registry_is_used_until_a_version_is_active(home: Path, newer_folder: Path) -> None:
    shutil.copytree(newer_folder, home / "models" / "active")
    file = home / "in.jsonl"
    file.write_text(json.dumps({"body": LIFT}), encoding="utf-8")
    assert json.loads(run("analyze", file).stdout)["category"]["code"] == "construction"


def test_a_named_folder_leaves_nothing_to_choose(office: Office, model_folder: Path) -> None:
    settings = type(office.settings)(home=office.settings.home, model=str(model_folder))
    named = Office(settings, office.database, office.engine, office.keys)
    version = named.registry.add(model_folder, OPERATOR)
    with pytest.raises(Conflict, match="HONGYAN_MODEL"):
        named.registry.activate(version, OPERATOR)
    in_use = named.engine.analyser
    named.watch.look()
    assert named.engine.analyser is in_use
    ready = create_app(named).test_client().get("/readyz").json or {}
    assert (ready["status"], ready["checks"]["model"], ready["model"]) == ("ok", "ok", None)

"""The administration: each section shows what is there, and each change is made, told and recorded."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse as Answer

from service.audit import OPERATOR
from service.caller import Caller, Role
from service.office import Office
from service.schemas.models import RegisteredOut
from service.sessions import make_login_link
from service.texts import text
from service.tokens import every_token
from service.web.administration_models import compared
from service.worker import Worker
from tests.service.desk import BRIBE, LIFT, ROAD, Desk, LetIn, count, take
from tests.service.rights import visit

ROOT = "/administration"


class Room:
    """Somebody at a section, whose forms are filled in and sent."""

    def __init__(self, browser: FlaskClient) -> None:
        self.browser = browser

    def look(self, section: str, **asked: str) -> str:
        answer = self.browser.get(f"{ROOT}/{section}", query_string=asked)
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, section: str, **fields: str) -> Answer:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.browser.get(ROOT).text)
        assert found
        return self.browser.post(f"{ROOT}/{section}", data={"csrf_token": found[1], **fields}, follow_redirects=True)


@pytest.fixture
def admin(app: Flask, office: Office) -> Room:
    return Room(visit(app, office, Caller("root", "admin")).browser)


def last_entry(desk: Desk, **asked: str) -> Any:
    return desk.read("/audit", **asked)["items"][0]


@pytest.mark.parametrize(
    ("role", "sections"),
    [
        (
            "admin",
            {"thresholds", "models", "taxonomy", "units", "users", "tokens", "audit_trail", "retention", "status"},
        ),
        ("analyst", {"thresholds", "models"}),
        ("discipline", {"audit_trail"}),
    ],
)
def test_everybody_is_offered_the_sections_of_the_role(
    app: Flask, office: Office, role: Role, sections: set[str]
) -> None:
    page = visit(app, office, Caller(role, role)).browser.get(ROOT).text
    every = ("thresholds", "models", "taxonomy", "units", "users", "tokens", "audit_trail", "retention", "status")
    assert {name for name in every if text(f"section_meaning.{name}") in page} == sections


def test_thresholds_are_tried_chosen_and_taken_back(admin: Room, office: Office, clerk: Desk) -> None:
    letter = clerk.deliver(LIFT)
    clerk.correct(letter["id"], review="accepted")
    page = admin.look("thresholds", percent="90", join_from="0.7")
    assert text("threshold.few", judged=1) in page or text("threshold.few", judged=0) in page
    done = admin.send("thresholds", precision="97.5", join_from="0.7", seen="0", reason="试行")
    assert text("threshold.chosen") in done.text
    office.watch.look()
    assert "97.5%" in admin.look("thresholds")
    assert office.engine.analyser.category
    assert office.engine.analyser.category.precision == 0.975
    assert text("threshold.chosen") in admin.send("thresholds", action="undo", join_from="0.7", seen="1").text
    office.watch.look()
    assert office.engine.analyser.category.precision == 0.98


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"precision": "12", "join_from": "0.7", "seen": "0"}, "refused.422_precision"),
        ({"precision": "97", "join_from": "0.1", "seen": "0"}, "refused.422_join_from"),
        ({"precision": "97", "join_from": "0.7", "seen": "9"}, "refused.409"),
        ({"precision": "viel", "join_from": "0.7", "seen": "0"}, "refused.422_precision"),
    ],
)
def test_thresholds_that_make_no_sense_are_refused_in_plain_words(
    admin: Room, office: Office, fields: dict[str, str], refused: str
) -> None:
    assert text(refused) in admin.send("thresholds", **fields).text
    assert count(office.database, "thresholds") == 0


def test_users_are_added_changed_disabled_and_let_in(admin: Room, app: Flask, office: Office, let_in: LetIn) -> None:
    added = admin.send("users", action="add", name="王敏", role="clerk", regions="东湖区\n西山县")
    assert text("user.added") in added.text
    admin.send("users", action="change", name="王敏", role="supervisor", unit="信访局", regions="东湖区")
    (user,) = office.accounts.every()
    assert (user.role, user.unit, user.regions) == ("supervisor", "信访局", ["东湖区"])
    made = admin.send("users", action="link", name="王敏").text
    found = re.search(r"http://localhost(/login/[^<]+)<", made)
    assert found
    assert app.test_client().get(found[1]).status_code == 302
    assert last_entry(let_in("admin"), kind="login_link")["actor"] == "root"
    admin.send("users", action="disable", name="王敏")
    assert office.accounts.known("王敏") is None
    assert text("refused.404") in admin.send("users", action="link", name="王敏").text
    assert text("refused.409_name") in admin.send("users", action="add", name="王敏", role="clerk").text


def test_a_token_is_shown_once_and_revoked(admin: Room, office: Office) -> None:
    made = admin.send("tokens", action="add", name="案件系统", role="integrator", expires_in_days="30").text
    assert len(re.findall(r"hy_[\w-]{20,}", made)) == 1
    assert not re.findall(r"hy_[\w-]{20,}", admin.look("tokens"))
    (row,) = (row for row in every_token(office.database) if row.name == "案件系统")
    assert text("token.revoked") in admin.send("tokens", action="revoke", token_id=row.id).text
    assert text("refused.409_name") in admin.send("tokens", action="add", name="案件系统", role="clerk").text


def test_models_are_compared_activated_and_returned_from(
    admin: Room, office: Office, model_folder: Path, newer_folder: Path
) -> None:
    by = Caller("root", "admin")
    first, second = (office.registry.add(folder, by) for folder in (model_folder, newer_folder))
    admin.send("models", action="activate", version=first)
    admin.send("models", action="activate", version=second)
    assert office.registry.model(second).state == "active"
    admin.send("models", action="rollback")
    assert office.registry.model(first).state == "active"
    admin.send("models", action="shadow", version=second)
    assert text("versions.shadow_meaning", version=second) in admin.look("models")
    admin.send("models", action="end_shadow", version=second)
    assert text("versions.no_shadow") in admin.look("models", one=first, other=second)
    assert text("refused.404") in admin.send("models", action="activate", version="nothing").text


def version_of(**measures: Any) -> RegisteredOut:
    return RegisteredOut.model_construct(version="v", facts={"metrics": measures})


def test_a_lower_error_and_a_higher_rate_are_better() -> None:
    one = version_of(category={"accuracy": 0.7, "calibration_error": 0.04}, relation={"average_precision": 0.8})
    other = version_of(category={"accuracy": 0.8, "calibration_error": 0.02}, relation={"average_precision": 0.8})
    found = {(row.part, row.name): row.better for row in compared(one, other)}
    assert found == {
        ("category", "accuracy"): True,
        ("category", "calibration_error"): True,
        ("relation", "average_precision"): None,
    }


def test_the_audit_is_narrowed_and_verified(admin: Room, office: Office, clerk: Desk) -> None:
    clerk.deliver(LIFT)
    page = admin.look("audit", action="receive", kind="letter")
    assert page.count(f"<td>{text('act.receive')}</td>") == 1
    assert text("trail.ordered") in admin.send("audit").text
    assert Worker(office).run_one()
    assert text("trail.verify") in admin.look("audit")
    assert "state-good" in admin.look("audit")


def test_an_admin_sees_no_entry_of_an_accusation(admin: Room, let_in: LetIn) -> None:
    accusation = let_in("discipline").deliver(BRIBE)
    assert accusation["id"] not in admin.look("audit")


def test_retention_says_what_it_would_do(admin: Room) -> None:
    assert text("kept.forever") in admin.look("retention")


def test_the_state_of_the_service_holds_no_secret(admin: Room, office: Office) -> None:
    page = admin.look("status")
    assert office.keys.storage_key in page
    secrets = office.keys.path.read_text("utf-8")
    for secret in re.findall(r"[0-9a-zA-Z_=-]{40,}", secrets):
        assert secret not in page


def test_the_state_of_the_service_names_how_many_accusations_nobody_may_see(admin: Room, office: Office) -> None:
    office.accounts.add("王强", "discipline", None, OPERATOR)
    accusation = take(office, BRIBE, accused=["王强"])
    page = admin.look("status")
    assert text("status.unseen", number=1) in page
    assert accusation.row.id not in page
    office.accounts.add("周正", "discipline", None, OPERATOR)
    assert text("check_state.unseen") not in admin.look("status")


def test_jobs_are_ordered_and_called_off(admin: Room, office: Office) -> None:
    take(office, ROAD)
    admin.send("status", action="start", kind="flags.refresh")
    page = admin.look("status")
    assert text("job_kind.flags.refresh") in page
    found = re.search(r'name="job_id" value="(\w+)"', page)
    assert found
    admin.send("status", action="cancel", job_id=found[1])
    assert text("job_state.cancelled") in admin.look("status")
    assert text("refused.409") in admin.send("status", action="retry", job_id=found[1]).text
    assert text("refused.422") in admin.send("status", action="start", kind="nonsense").text


def test_analysts_come_in_and_begin_with_the_administration(app: Flask, office: Office) -> None:
    browser = app.test_client()
    answer = browser.get(f"/login/{make_login_link(office.database, 'chu', 'analyst')}")
    assert answer.status_code == 302
    assert browser.get("/").headers["Location"] == ROOT


def test_units_are_registered_and_taken_off(admin: Room, office: Office) -> None:
    done = admin.send("units", name="东湖区住建局", regions="江州市东湖区", categories="construction")
    assert text("directory.changed") in done.text
    assert "东湖区住建局" in admin.look("units")
    assert text("refused.422_name") in admin.send("units", name="a/b").text
    admin.send("units", action="remove", name="东湖区住建局")
    assert count(office.database, "units") == 0


def test_classes_are_added_renamed_and_replaced(admin: Room, office: Office) -> None:
    trained = office.watch.trained.category
    assert trained
    category = next(iter(trained.taxonomy.by_code))
    for name in ("电梯", "消防"):
        assert text("classes.changed") in admin.send("taxonomy", action="add", category=category, name=name).text
    admin.send("taxonomy", code=f"{category}.own-1", name="电梯安全")
    admin.send("taxonomy", code=f"{category}.own-2", replaced_by=f"{category}.own-1")
    page = admin.look("taxonomy")
    assert "电梯安全" in page
    assert text("classes.replaced") in page
    assert text("refused.404") in admin.send("taxonomy", code="nothing", name="x").text


def test_a_matter_offers_the_units_that_handle_it(admin: Room, office: Office) -> None:
    letter = take(office, LIFT, region="江州市东湖区").row
    for name, region in (("东湖区住建局", "江州市东湖区"), ("西山县住建局", "江州市西山县")):
        admin.send("units", name=name, regions=region, categories=letter.category or "")
    page = admin.browser.get(f"/matters/{letter.matter_id}").text
    assert '<option value="东湖区住建局">' in page
    assert "西山县住建局" not in page

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, select, update

from model.analyse import Analyser
from model.surge import PRIOR_MEAN, Usual
from service.app import create_app
from service.cli import main
from service.joining import gains_of
from service.office import Office
from service.queries.letters import moment
from service.tables import events, flags
from service.tokens import make_token
from tests.service.databases import Shelf, office_at
from tests.service.desk import LIFT, LIFT_AGAIN, QIAN, ZHAO, Desk, LetIn

NOW = datetime(2026, 6, 30, tzinfo=UTC)
GROUP = f"{LIFT_AGAIN}我们六十户业主准备集体到市政府上访静坐。"


@pytest.fixture
def connection(office: Office) -> Iterator[Connection]:
    with office.database.write() as connection:
        yield connection


def flag_of(desk: Desk, matter_id: str) -> dict[str, object]:
    flag: dict[str, object] = desk.read(f"/matters/{matter_id}")["flag"]
    return flag


def flag_events(desk: Desk, matter_id: str) -> list[tuple[str, str, str]]:
    told = [event["detail"] for event in desk.read(f"/matters/{matter_id}")["events"] if event["kind"] == "flag"]
    return [(detail["before"], detail["after"], detail["why"]) for detail in told]


def test_gains_leave_out_who_opened_a_matter_and_matters_long_quiet() -> None:
    recent, old = NOW - timedelta(days=3), NOW - timedelta(days=200)
    assert gains_of([[(recent, recent)], [(old, recent), (recent, recent)], [(old, old)]], NOW) == [0, 1]


def test_an_office_without_letters_takes_the_prior_for_usual(office: Office, connection: Connection) -> None:
    assert office.flagger.usual(connection, NOW).mean == Usual.of([]).mean == PRIOR_MEAN


def test_what_is_usual_is_learnt_anew_every_day(office: Office, clerk: Desk) -> None:
    for name in ("甲", "乙", "丙", "丁"):
        clerk.deliver(LIFT, petitioner=name, received_at="2026-06-29")
    with office.database.read() as connection:
        first = office.flagger.usual(connection, NOW)
        assert first.mean > PRIOR_MEAN
        assert office.flagger.usual(connection, NOW + timedelta(hours=23)) is first
        assert office.flagger.usual(connection, NOW + timedelta(days=30)) != first


def test_a_change_of_the_level_is_an_event_with_its_reason(clerk: Desk) -> None:
    stored = clerk.deliver(GROUP, petitioner=QIAN)
    assert flag_events(clerk, stored["matter"]["id"]) == [("none", "warning", "parts")]


def test_an_answered_matter_loses_its_flag_until_somebody_writes_again(clerk: Desk) -> None:
    matter = clerk.deliver(GROUP, petitioner=QIAN)["matter"]["id"]
    answer = clerk.post(f"/matters/{matter}/events", {"type": "answered", "note": "已当面答复"})
    assert answer.status_code == 201
    assert answer.json
    assert answer.json["flag"]["level"] == "none"
    assert flag_events(clerk, matter)[-1] == ("warning", "none", "quiet")
    again = clerk.deliver(GROUP + "至今没有解决。", petitioner=QIAN)
    assert again["matter"]["id"] == matter
    assert flag_of(clerk, matter)["level"] == "warning"


def test_a_review_that_is_asked_for_opens_the_matter_again(clerk: Desk) -> None:
    days = [(datetime.now(UTC) - timedelta(days=ago)).date().isoformat() for ago in (9, 5, 1)]
    matter = clerk.deliver(GROUP, petitioner=QIAN, received_at=days[0])["matter"]["id"]
    for step, at in (("answered", days[1]), ("review_requested", days[2])):
        clerk.post(f"/matters/{matter}/events", {"type": step, "at": at})
    assert flag_of(clerk, matter)["level"] != "none"


def test_duties_not_met_stand_first(clerk: Desk) -> None:
    day = (datetime.now(UTC) - timedelta(days=40)).date().isoformat()
    matter = clerk.deliver(GROUP, petitioner=QIAN, received_at=day)["matter"]["id"]
    flag = clerk.read(f"/matters/{matter}")["flag"]
    assert next(part["name"] for part in flag["parts"]) == "duties"
    assert [(duty["name"], duty["article"], duty["overdue"]) for duty in flag["duties"]] == [("route", "22", True)]
    assert sum(part["points"] for part in flag["parts"]) == flag["points"]
    clerk.post(f"/matters/{matter}/events", {"type": "routed", "unit": "区住建局"})
    assert clerk.read(f"/matters/{matter}")["flag"]["duties"] == []


def test_what_is_advised_are_services_with_their_articles(clerk: Desk) -> None:
    matter = clerk.deliver(GROUP, petitioner=QIAN)["matter"]["id"]
    actions = clerk.read(f"/matters/{matter}")["flag"]["actions"]
    assert [action["name"] for action in actions] == ["answer", "earlier", "invite", "call"]
    assert all(action["article"].isdigit() for action in actions)


def test_quotes_hide_who_when_and_where_to(clerk: Desk) -> None:
    said = "钱多多和我们六十户业主准备7月3日上午集体到市政府上访静坐。"
    matter = clerk.deliver(LIFT_AGAIN + said, petitioner=QIAN)["matter"]["id"]
    quotes = "".join(quote["text"] for quote in clerk.read(f"/matters/{matter}")["flag"]["quotes"])
    assert "静坐" in quotes
    assert not any(hidden in quotes for hidden in ("钱多多", "7月3日", "市政府"))


def test_matters_can_be_listed_by_the_level_of_their_flag(clerk: Desk) -> None:
    flagged = clerk.deliver(GROUP, petitioner=QIAN)["matter"]["id"]
    quiet = clerk.deliver("请问高龄补贴今年什么时候发放，需要带什么材料？")["matter"]["id"]
    listed = {
        level: [item["id"] for item in clerk.read("/matters", level=level)["items"]] for level in ("warning", "none")
    }
    assert listed == {"warning": [flagged], "none": [quiet]}


def test_a_rejected_letter_takes_its_words_along(clerk: Desk) -> None:
    matter = clerk.deliver(LIFT, petitioner=ZHAO)["matter"]["id"]
    group = clerk.deliver(GROUP, petitioner=QIAN)
    assert group["matter"]["id"] == matter
    clerk.post(f"/matters/{matter}/links", {"letter": group["id"], "decision": "reject"})
    assert flag_of(clerk, matter)["level"] == "none"
    assert flag_events(clerk, matter)[-1][:2] == ("warning", "none")


def test_time_alone_takes_a_flag_away_when_anything_else_is_written(office: Office, clerk: Desk) -> None:
    day = (datetime.now(UTC) - timedelta(days=179)).isoformat()
    matter = clerk.deliver(GROUP, petitioner=QIAN, received_at=day)["matter"]["id"]
    with office.database.write() as connection:
        late = datetime.now(UTC) + timedelta(days=2)
        connection.execute(update(flags).values(due_at=moment(datetime.now(UTC))))
        assert office.flagger.refresh_due(connection, late) == 1
        assert connection.execute(select(flags.c.matter_id)).all() == []
        last = connection.execute(select(events.c.detail).order_by(events.c.number.desc())).scalars().first()
    assert last
    assert (last["after"], last["why"]) == ("none", "quiet")
    assert matter


def test_flags_can_be_judged_anew_by_a_command(office: Office, clerk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk.deliver(GROUP, petitioner=QIAN)
    with office.database.write() as connection:
        connection.execute(flags.delete())
    monkeypatch.setenv("HONGYAN_HOME", str(office.settings.home_folder))
    result = CliRunner().invoke(main, ["flags", "refresh"])
    assert result.exit_code == 0, result.output
    with office.database.read() as connection:
        assert [row.level for row in connection.execute(select(flags))] == ["warning"]


def test_a_step_ahead_of_time_is_refused(clerk: Desk) -> None:
    matter = clerk.deliver(LIFT)["matter"]["id"]
    answer = clerk.post(f"/matters/{matter}/events", {"type": "answered", "at": "2999-01-01"})
    assert answer.status_code == 422
    assert answer.json
    assert answer.json["errors"][0]["field"] == "at"


def test_steps_in_a_matter_that_a_caller_may_not_see_are_missing(let_in: LetIn, clerk: Desk) -> None:
    secret = clerk.deliver("我举报局长受贿。", accused=["孙某"])
    seen = let_in("discipline").read(f"/letters/{secret['id']}")["matter"]["id"]
    assert clerk.post(f"/matters/{seen}/events", {"type": "answered"}).status_code == 404


def test_who_wrote_changes_nothing_in_the_flag(tmp_path: Path, databases: Shelf, small_analyser: Analyser) -> None:
    """Name, sex, people, home and how often somebody wrote in other matters are no part of the flag."""
    persons = (
        {"name": "王芳", "phone": "13800001111"},
        {"name": "阿依古丽", "phone": "13800002222", "address": "新疆和田"},
        {"name": "欧阳建国", "id_number": "110101199003071234", "phone": "13800003333"},
    )
    found = []
    for number, person in enumerate(persons):
        with databases.database() as address, office_at(address, tmp_path, small_analyser) as office:
            token = make_token(office.database, "clerk", "clerk")
            desk = Desk(create_app(office).test_client(use_cookies=False), token)
            for _ in range(4 * number):
                desk.deliver("请问高龄补贴什么时候发放？", petitioner=person, received_at="2026-01-05")
            matter = desk.deliver(GROUP, petitioner=person)["matter"]["id"]
            flag = desk.read(f"/matters/{matter}")["flag"]
            found.append((flag["level"], flag["points"], flag["parts"], flag["quotes"][0]["text"]))
    assert found[0][0] == "warning"
    assert found[0] == found[1] == found[2]


def test_titles_of_flagged_matters_hide_when_and_where_to(clerk: Desk) -> None:
    matter = clerk.deliver(GROUP, title="10月8日我们全体业主到省政府静坐", petitioner=QIAN)["matter"]["id"]
    (line,) = clerk.read("/matters")["items"]
    for title in (line["title"], clerk.read(f"/matters/{matter}")["title"]):
        assert "静坐" in title
        assert "10月8日" not in title
        assert "省政府" not in title

"""Statistics by hand: each count and each formula on letters that are known beforehand."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from sqlalchemy import insert, update

from service.caller import OFFICE, Caller, Role
from service.office import Office
from service.periods import period_of
from service.queries.matters import insert_event
from service.queries.statistics import Counted
from service.statistics import Statistics
from service.tables import accused as accused_table
from service.tables import letters
from service.texts import text
from tests.service.desk import Desk, LetIn, assert_problem, ids
from tests.service.ledger import put, take_step
from tests.service.rights import visit

EAST, WEST = "江州市东湖区", "江州市西山县"
COUNTS = ("letters", "visits", "people", "repeats")


@pytest.fixture
def march(office: Office) -> Office:
    """Return an office with six letters of March 2026, two of February and one of March 2025."""
    put(office, "a1", "2026-03-01T00:00", region=EAST, channel="letter", level2="labour.wages")
    put(
        office,
        "a2",
        "2026-03-02",
        matter="m-a1",
        region=EAST,
        channel="letter",
        verdict="repeat",
        signed=["p", "q", "r"],
    )
    put(office, "a3", "2026-03-03", region=WEST, channel="visit", people_present=12, category="environment")
    put(office, "a4", "2026-03-03T09:00", matter="m-a3", region=WEST, channel="visit", category="environment")
    put(office, "a5", "2026-03-04T09:00", matter="m-a3", region=WEST, channel="visit", category="environment")
    put(office, "a6", "2026-03-31T23:59", channel="web", category=None, verdict="copy", matter="m-a1")
    put(office, "b1", "2026-02-28T23:59", region=EAST, channel="letter", level2="labour.wages")
    put(office, "b2", "2026-02-01", region=EAST, channel="phone", matter="m-b1", verdict="repeat")
    put(office, "c1", "2025-03-31", region=EAST, channel="letter")
    put(office, "d1", "2026-04-01T00:00", region=EAST)
    return office


def values(line: Any) -> tuple[int, ...]:
    return tuple(line[name]["value"] for name in COUNTS)


def by(found: Any) -> dict[str | None, tuple[int, ...]]:
    return {line["code"]: values(line) for line in found["items"]}


def rate(found: Any, name: str) -> Any:
    (one,) = (one for one in found["rates"] if one["name"] == name)
    return one["numerator"], one["denominator"], one["value"]


@pytest.mark.usefixtures("march")
def test_letters_visits_people_and_repeats_are_four_counts(clerk: Desk) -> None:
    found = clerk.read("/stats", period="2026-03")
    # Three visits of one matter on two days are two; twelve came, three signed, and each other letter has one.
    assert values(found["total"]) == (6, 2, 1 + 3 + 12 + 1 + 1 + 1, 1)
    assert found["matters"] == 2
    assert found["period"] == {
        "name": "2026-03",
        "kind": "month",
        "since": "2026-03-01T00:00:00+08:00",
        "until": "2026-04-01T00:00:00+08:00",
        "complete": True,
    }


@pytest.mark.usefixtures("march")
def test_counts_stand_beside_those_of_last_month_and_last_year(clerk: Desk) -> None:
    march = clerk.read("/stats", period="2026-03")["total"]["letters"]
    assert (march["previous"], march["year_before"]) == (2, 1)
    assert (march["change"], march["change_year"]) == (2.0, 5.0)
    february = clerk.read("/stats", period="2026-02")["total"]["letters"]
    assert (february["value"], february["previous"], february["change"]) == (2, 0, None)


@pytest.mark.usefixtures("march")
def test_counts_divide_by_category_class_region_and_channel(clerk: Desk) -> None:
    by_category = by(clerk.read("/stats", period="2026-03", by="category"))
    assert by_category["labour"] == (2, 0, 4, 1)
    assert by_category["environment"] == (3, 2, 14, 0)
    assert by_category[None] == (1, 0, 1, 0)
    assert by(clerk.read("/stats", period="2026-03", by="class")) == {"labour.wages": (1, 0, 1, 0), None: (5, 2, 18, 1)}
    by_region = by(clerk.read("/stats", period="2026-03", by="region"))
    assert by_region == {WEST: (3, 2, 14, 0), EAST: (2, 0, 4, 1), None: (1, 0, 1, 0)}
    assert by(clerk.read("/stats", period="2026-03", by="channel")) == {
        "letter": (2, 0, 4, 1), "visit": (3, 2, 14, 0), "web": (1, 0, 1, 0), "phone": (0, 0, 0, 0),
    }  # fmt: skip


@pytest.mark.usefixtures("march")
def test_days_are_those_of_shanghai_with_the_same_day_of_last_year(clerk: Desk) -> None:
    found = clerk.read("/stats", period="2026-03", by="day")
    days = by(found)
    assert len(days) == 31
    assert [days[f"2026-03-{day:02}"][0] for day in (1, 2, 3, 4, 5, 31)] == [1, 1, 2, 1, 0, 1]
    assert [line["letters"]["year_before"] for line in found["items"]] == [0] * 30 + [1]
    assert sum(counts[0] for counts in days.values()) == found["total"]["letters"]["value"]
    assert found["items"][0]["letters"]["previous"] is None


def test_a_leap_day_is_compared_with_nothing_and_a_week_goes_over_new_year(office: Office, clerk: Desk) -> None:
    put(office, "leap", "2024-02-29T12:00")
    put(office, "before", "2023-02-28T12:00")
    days = clerk.read("/stats", period="2024-02", by="day")["items"]
    assert (days[28]["letters"]["value"], days[28]["letters"]["year_before"]) == (1, None)
    assert days[27]["letters"]["year_before"] == 1
    put(office, "eve", "2025-12-31T23:00")
    put(office, "new", "2026-01-04T23:59")
    put(office, "next", "2026-01-05T00:00")
    assert clerk.read("/stats", period="2026-W01")["total"]["letters"]["value"] == 2
    assert clerk.read("/stats", period="2025")["total"]["letters"]["value"] == 1


@pytest.mark.usefixtures("march")
@pytest.mark.parametrize("division", ["category", "class", "region", "channel", "day"])
def test_every_figure_leads_to_its_letters(clerk: Desk, division: str) -> None:
    found = clerk.read("/stats", period="2026-03", by=division)
    for line in [found["total"], *found["items"]]:
        for name in ("letters", "repeats"):
            if line[name]["query"] is not None:
                listed = clerk.read("/letters", **dict(parse_qsl(line[name]["query"])))["items"]
                assert len(listed) == line[name]["value"], line
        if line["visits"]["query"] is not None:
            visits = clerk.read("/letters", **dict(parse_qsl(line["visits"]["query"])))["items"]
            assert len(visits) >= line["visits"]["value"]
    assert found["total"]["letters"]["query"] == "since=2026-03-01&until=2026-04-01"
    assert all(line["letters"]["query"] for line in found["items"] if line["code"])


@pytest.mark.usefixtures("march")
def test_repeats_are_divided_by_letters_or_by_matters(clerk: Desk) -> None:
    by_letters = clerk.read("/stats", period="2026-03")["rates"][0]
    assert (by_letters["numerator"], by_letters["denominator"], by_letters["value"]) == (1, 6, 0.1667)
    assert by_letters["formula"] == text("stats.formula_repeats_letters")
    by_matters = clerk.read("/stats", period="2026-03", formula="matters")["rates"][0]
    assert (by_matters["numerator"], by_matters["denominator"], by_matters["value"]) == (1, 2, 0.5)
    assert by_matters["formula"] == text("stats.formula_repeats_matters")
    (letter,) = clerk.read("/letters", **dict(parse_qsl(by_matters["query"])))["items"]
    assert letter["id"] == "a2"


def test_a_duty_counts_in_the_month_in_which_it_was_met_or_missed(office: Office, clerk: Desk) -> None:
    for name, steps in {
        "met": [("arrived", "2026-03-01"), ("accepted", "2026-03-10")],
        "late": [("arrived", "2026-03-01"), ("accepted", "2026-04-10")],
        "never": [("arrived", "2026-03-02")],
        "next": [("arrived", "2026-03-25"), ("accepted", "2026-04-02")],
        "earlier": [("arrived", "2026-02-01"), ("accepted", "2026-02-03")],
    }.items():
        matter = put(office, name, "2026-01-20")
        for kind, at in steps:
            take_step(office, matter, kind, at)
    found = clerk.read("/stats", period="2026-03")
    assert rate(found, "accepted_in_time") == (1, 3, 0.3333)
    missed = [one["missed"] for one in found["rates"] if one["name"] == "accepted_in_time"]
    assert missed == [["m-late", "m-never"]]
    assert rate(clerk.read("/stats", period="2026-04"), "accepted_in_time") == (1, 1, 1.0)
    assert rate(clerk.read("/stats", period="2026-02"), "accepted_in_time") == (1, 1, 1.0)


def test_handling_counts_extensions_and_pauses(office: Office, clerk: Desk) -> None:
    for name, steps in {
        "plain": [("accepted", "2026-01-01"), ("answered", "2026-03-01")],
        "slow": [("accepted", "2026-01-01"), ("answered", "2026-03-05")],
        "extended": [("accepted", "2026-01-01"), ("extended", "2026-02-01"), ("answered", "2026-03-30")],
        "paused": [
            ("accepted", "2025-06-01"), ("paused", "2025-06-02"), ("resumed", "2026-01-15"), ("answered", "2026-03-20"),
        ],
    }.items():  # fmt: skip
        matter = put(office, name, "2025-05-20")
        for kind, at in steps:
            take_step(office, matter, kind, at)
    # 60 days after 1 January is 2 March: "plain" is in time, "slow" missed it; "paused" was due on 15 March.
    assert rate(clerk.read("/stats", period="2026-03"), "handled_in_time") == (2, 4, 0.5)


def test_a_step_that_was_taken_back_and_one_of_another_month_do_not_count(office: Office, clerk: Desk) -> None:
    matter = put(office, "x", "2026-02-20")
    for kind, at in (("accepted", "2026-02-21"), ("answered", "2026-03-01")):
        take_step(office, matter, kind, at)
    for at, value in (("2026-03-02", "satisfied"), ("2026-03-03", "dissatisfied"), ("2026-03-04", "fairly_satisfied")):
        take_step(office, matter, "satisfaction", at, value=value)
    void = take_step(office, matter, "satisfaction", "2026-03-05", value="dissatisfied")
    take_step(office, matter, "satisfaction", "2026-04-01", value="dissatisfied")
    with office.database.write() as connection:
        insert_event(connection, matter, datetime.now(UTC), "taken_back", {"event": void}, void)
    assert rate(clerk.read("/stats", period="2026-03"), "satisfied") == (2, 3, 0.6667)


@pytest.mark.parametrize("stays", [0, 1])
def test_duties_of_a_matter_go_with_its_letters(office: Office, clerk: Desk, stays: int) -> None:
    owed, other = put(office, "x", "2026-02-27"), put(office, "y", "2026-02-28")
    for kind, at in (("arrived", "2026-03-01"), ("accepted", "2026-03-05"), ("answered", "2026-03-20")):
        take_step(office, owed, kind, at)
    take_step(office, owed, "satisfaction", "2026-03-21", value="dissatisfied")
    matters = (owed, other)
    before = clerk.read("/stats", period="2026-03")
    merged = clerk.post(f"/matters/{matters[stays]}/merge", {"matter": matters[1 - stays]})
    assert merged.status_code == 200, merged.text
    after = clerk.read("/stats", period="2026-03")
    for name in ("accepted_in_time", "handled_in_time", "satisfied"):
        assert rate(after, name) == rate(before, name)
    assert [one["missed"] for one in after["rates"] if one["name"] == "satisfied"] == [[matters[stays]]]


def test_duties_of_letters_out_of_sight_stay_out_of_figures_when_matters_merge(
    app: Flask, office: Office, clerk: Desk
) -> None:
    owed, other = put(office, "x", "2026-02-27", region=EAST), put(office, "y", "2026-02-28", region=EAST)
    take_step(office, owed, "arrived", "2026-03-01")
    take_step(office, owed, "accepted", "2026-03-05")
    assert clerk.post(f"/matters/{other}/merge", {"matter": owed}).status_code == 200
    west = visit(app, office, Caller("zhao", "supervisor", regions=(WEST,)))
    asked = {"Authorization": f"Bearer {west.token}"}
    answer = west.client.get("/api/v1/stats?period=2026-03", headers=asked)
    assert rate(answer.json, "accepted_in_time") == (0, 0, None)


def test_integrators_learn_nothing_by_asking_for_repeats_or_classes(office: Office, let_in: LetIn) -> None:
    put(office, "s1", "2026-03-10", owner="east", category="discipline", level2="x", restricted=True, verdict="repeat")
    desk = let_in("integrator", "east")
    everything = desk.read("/letters")["items"]
    assert ids(everything) == ["s1"]
    for query in ({"verdict": "first"}, {"verdict": "repeat"}, {"level2": "labour.wages"}, {"level2": "x"}):
        assert desk.read("/letters", **query)["items"] == everything


@pytest.mark.usefixtures("march")
def test_without_answers_that_were_judged_there_is_no_rate_of_satisfaction(clerk: Desk) -> None:
    assert [one["name"] for one in clerk.read("/stats", period="2026-03")["rates"]] == [
        "repeats_letters", "accepted_in_time", "handled_in_time",
    ]  # fmt: skip


def test_the_quality_of_suggestions_is_told_by_the_category_that_was_suggested(office: Office, clerk: Desk) -> None:
    put(office, "q1", "2026-03-01", review="accepted")
    put(office, "q2", "2026-03-01", review="accepted")
    put(office, "q3", "2026-03-01")
    put(office, "q4", "2026-03-01", category="environment", suggested="labour")
    put(office, "q5", "2026-03-01", suggested="labour")
    found = clerk.read("/stats", period="2026-03")
    whole, (labour,) = found["quality"], found["quality_by_category"]
    told = {"letters": 5, "pending": 1, "accepted": 2, "corrected": 2, "recategorised": 1, "accepted_share": 0.5}
    assert {name: whole[name] for name in told} == {name: labour[name] for name in told} == told
    assert labour["code"] == "labour"


def test_a_month_without_letters_has_zeros_and_no_rate(clerk: Desk) -> None:
    found = clerk.read("/stats", period="2020-06")
    assert values(found["total"]) == (0, 0, 0, 0)
    assert [one["value"] for one in found["rates"]] == [None] * 3
    assert found["total"]["letters"]["change"] is None
    assert found["quality"]["accepted_share"] is None
    assert set(by(found).values()) == {(0, 0, 0, 0)}


def test_without_a_period_it_is_this_month_which_is_not_over(clerk: Desk) -> None:
    clerk.deliver("物业不修电梯。")
    found = clerk.read("/stats")
    assert found["period"]["complete"] is False
    assert found["total"]["letters"]["value"] == 1


@pytest.mark.parametrize(
    ("query", "field"), [({"period": "2026-13"}, "period"), ({"by": "petitioner"}, "by"), ({"formula": "x"}, "formula")]
)
def test_what_cannot_be_counted_is_refused(clerk: Desk, query: dict[str, str], field: str) -> None:
    assert_problem(clerk.get("/stats", **query), 422, field)


@pytest.fixture
def accused(march: Office) -> Office:
    """Return the office of March with two accusations in it, one of a matter that was answered too late."""
    put(march, "s1", "2026-03-10", region=EAST, channel="letter", category="discipline", restricted=True)
    put(
        march,
        "s2",
        "2026-03-11",
        matter="m-s1",
        category="discipline",
        restricted=True,
        verdict="repeat",
        channel="visit",
    )
    take_step(march, "m-s1", "arrived", "2026-03-01")
    take_step(march, "m-s1", "accepted", "2026-03-30")
    return march


@pytest.mark.parametrize("role", sorted(OFFICE - {"discipline"} | {"analyst"}))
def test_accusations_change_no_figure_of_others(march: Office, let_in: LetIn, role: Role) -> None:
    desk = let_in(role, "somebody")
    asked = [
        {"period": period, "by": one}
        for period in ("2026-03", "2026")
        for one in ("category", "class", "region", "channel", "day")
    ]
    before = [desk.get("/stats", **query).text for query in asked]
    put(march, "s1", "2026-03-10", region="江州市南山区", channel="letter", category="discipline", restricted=True)
    put(march, "s2", "2026-03-11", matter="m-s1", restricted=True, verdict="repeat", suggested="labour")
    take_step(march, "m-s1", "arrived", "2026-03-01")
    take_step(march, "m-s1", "accepted", "2026-03-30")
    take_step(march, "m-s1", "satisfaction", "2026-03-31", value="dissatisfied")
    assert [desk.get("/stats", **query).text for query in asked] == before
    assert desk.read("/stats", period="2026-03", restricted="true")["total"]["letters"]["value"] == 0


@pytest.mark.usefixtures("accused")
def test_discipline_counts_accusations_and_may_leave_them_out(let_in: LetIn) -> None:
    desk = let_in("discipline")
    found = {one: desk.read("/stats", period="2026-03", **one_of(one)) for one in (None, True, False)}
    assert [found[one]["total"]["letters"]["value"] for one in (None, True, False)] == [8, 2, 6]
    assert [rate(found[one], "accepted_in_time")[1] for one in (None, True, False)] == [1, 1, 0]
    assert [found[one]["matters"] for one in (None, True, False)] == [3, 1, 2]
    query = found[True]["total"]["letters"]["query"]
    assert sorted(ids(desk.read("/letters", **dict(parse_qsl(query)))["items"])) == ["s1", "s2"]


def one_of(restricted: bool | None) -> dict[str, str]:
    return {} if restricted is None else {"restricted": str(restricted).lower()}


def test_who_is_accused_finds_nothing_of_it_in_figures(accused: Office) -> None:
    with accused.database.write() as connection:
        connection.execute(insert(accused_table), {"letter_id": "s1", "hash": "mark"})
    sights = [Caller("王强", "discipline", marks=frozenset(marks)).insight for marks in ((), ("mark",))]
    with accused.database.read() as connection:
        counted = [
            Statistics(connection, Counted(sight), None, datetime.now(UTC)).total(period_of("2026-03")).letters.value
            for sight in sights
        ]
    assert counted == [8, 6]


@pytest.mark.usefixtures("march")
def test_a_scope_counts_its_own_letters_only(office: Office, app: Flask) -> None:
    visitor = visit(app, office, Caller("zhao", "supervisor", regions=(WEST,)))
    answer = visitor.client.get(
        "/api/v1/stats?period=2026-03&by=region", headers={"Authorization": f"Bearer {visitor.token}"}
    )
    assert answer.json
    assert by(answer.json) == {WEST: (3, 2, 14, 0)}
    assert EAST not in answer.text


def test_a_danger_to_life_changes_no_figure(office: Office, clerk: Desk) -> None:
    put(office, "w1", "2026-03-01")
    before = clerk.get("/stats", period="2026-03").text
    with office.database.write() as connection:
        row = connection.execute(letters.select()).one()
        warned = {**row.analysis, "warnings": [{"code": "danger_to_life", "start": 0, "end": 2}]}
        connection.execute(update(letters).values(analysis=warned))
    assert clerk.get("/stats", period="2026-03").text == before
    assert "danger" not in before


def test_integrators_count_nothing_and_a_look_is_recorded(let_in: LetIn) -> None:
    assert_problem(let_in("integrator").get("/stats"), 404)
    let_in("analyst").read("/stats", period="2026-03")
    (entry,) = (one for one in let_in("admin").read("/audit")["items"] if one["kind"] == "statistics")
    assert entry["detail"] == {"period": "2026-03", "by": "category", "restricted": None}

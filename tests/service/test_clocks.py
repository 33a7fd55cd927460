from datetime import UTC, datetime

import pytest

from service.clocks import clocks_of
from tests.service.desk import LIFT, ZHAO, Desk

RECEIVED = datetime(2026, 2, 20, 23, 30, tzinfo=UTC)


def test_routing_is_due_within_fifteen_days() -> None:
    (clock,) = clocks_of(RECEIVED, named=False)
    assert (clock.name, clock.article, clock.start_event) == ("route", "22", "received")
    assert clock.starts_at == RECEIVED
    assert clock.due_at == datetime(2026, 3, 7, 23, 30, tzinfo=UTC)


def test_notice_is_owed_to_the_named_only() -> None:
    assert [(clock.name, clock.article) for clock in clocks_of(RECEIVED, named=True)] == [
        ("route", "22"),
        ("notice", "23"),
    ]


def test_a_notice_is_due_only_after_the_letter_arrived_at_the_competent_unit() -> None:
    notice = clocks_of(RECEIVED, named=True)[1]
    assert (notice.start_event, notice.starts_at, notice.due_at) == ("arrived", None, None)


@pytest.mark.parametrize(
    ("petitioner", "names"),
    [
        (ZHAO, ["route", "notice"]),
        ({"name": "赵铁柱", "address": "翠竹花园"}, ["route", "notice"]),
        ({"name": "赵铁柱"}, ["route"]),
        ({"phone": "13812340000"}, ["route"]),
        ("key", ["route"]),
        (None, ["route"]),
    ],
)
def test_a_letter_carries_its_clocks(clerk: Desk, petitioner: object, names: list[str]) -> None:
    stored = clerk.deliver(LIFT, petitioner=petitioner, received_at="2026-03-05")
    assert [clock["name"] for clock in stored["clocks"]] == names
    for clock in stored["clocks"]:
        assert clock.keys() == {"name", "article", "start_event", "starts_at", "due_at"}
    route = stored["clocks"][0]
    assert (route["starts_at"], route["due_at"]) == ("2026-03-04T16:00:00Z", "2026-03-19T16:00:00Z")

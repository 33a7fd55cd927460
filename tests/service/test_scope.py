"""A caller with a unit or regions knows of the letters of these only."""

from dataclasses import dataclass
from typing import Any

import pytest

from service.caller import Caller, Role
from service.office import Office
from service.queries.lists import Filter
from service.schemas.views import LetterOut
from tests.service.desk import BRIBE, GATHERING, LIFT, LIFT_AGAIN, ROAD, Desk, take

EAST, WEST = "江州市东湖区", "江州市西山县"
UNIT = "西山县住建局"


@dataclass(frozen=True)
class Window:
    """What one caller reads of an office."""

    office: Office
    caller: Caller

    def letters(self) -> list[str]:
        with self.office.database.read() as connection:
            page = self.office.reader(connection, self.caller).letters(Filter(), 50, None)
        return [letter.id for letter in page.items]

    def letter(self, letter_id: str) -> LetterOut:
        with self.office.database.read() as connection:
            return self.office.reader(connection, self.caller).letter(letter_id)

    def matters(self) -> list[str]:
        with self.office.database.read() as connection:
            return [line.id for line in self.office.reader(connection, self.caller).matters(50, None).items]


@pytest.fixture
def east(office: Office) -> Window:
    return Window(office, Caller("li", "clerk", regions=(EAST,)))


@pytest.fixture
def unit(office: Office) -> Window:
    return Window(office, Caller("wang", "clerk", unit=UNIT))


def test_without_unit_and_region_a_clerk_sees_all(office: Office) -> None:
    here, there = take(office, LIFT, region=EAST).row, take(office, ROAD).row
    assert set(Window(office, Caller("li", "clerk")).letters()) == {here.id, there.id}


def test_a_region_holds_what_begins_with_it(office: Office, east: Window) -> None:
    inside = [take(office, LIFT, region=EAST).row, take(office, ROAD, region=f"{EAST}河坊街道").row]
    take(office, LIFT, region=WEST)
    take(office, f"{ROAD}谢谢。")
    assert set(east.letters()) == {row.id for row in inside}
    assert set(east.matters()) == {row.matter_id for row in inside}


def test_signs_of_patterns_in_a_region_stand_for_themselves(office: Office) -> None:
    take(office, LIFT, region=EAST)
    assert Window(office, Caller("li", "clerk", regions=("%",))).letters() == []


def test_a_letter_of_another_region_is_no_candidate_and_tells_nothing(office: Office, east: Window) -> None:
    take(office, LIFT, region=WEST)
    mine = take(office, LIFT_AGAIN, region=EAST).row
    view = east.letter(mine.id)
    assert view.matter
    assert view.matter.candidates == []
    with office.database.read() as connection:
        matter = office.reader(connection, east.caller).matter(mine.matter_id)
        assert [letter.id for letter in matter.letters] == [mine.id]
        assert matter.flag.petitioners <= 1
        assert office.reader(connection, east.caller).similar(office.engine, mine.id) == []


def test_a_unit_sees_what_was_addressed_or_routed_to_it(office: Office, clerk: Desk, unit: Window) -> None:
    addressed = take(office, LIFT, addressee=UNIT).row
    routed = clerk.deliver(ROAD)
    clerk.deliver(f"{GATHERING}补偿款还没有发。")
    assert unit.letters() == [addressed.id]
    step = {"type": "routed", "unit": UNIT}
    assert clerk.post(f"/matters/{routed['matter']['id']}/events", step).status_code == 201
    assert set(unit.letters()) == {addressed.id, routed["id"]}
    step = {"type": "routed", "unit": "别的单位"}
    assert clerk.post(f"/matters/{routed['matter']['id']}/events", step).status_code == 201
    assert unit.letters() == [addressed.id]


def test_an_event_that_names_a_letter_of_another_region_is_not_told(office: Office, clerk: Desk, east: Window) -> None:
    mine, other = take(office, LIFT, region=EAST).row, take(office, ROAD, region=WEST).row
    merged = clerk.post(f"/matters/{mine.matter_id}/merge", {"matter": other.matter_id})
    assert merged.status_code == 200
    assert clerk.post(f"/matters/{mine.matter_id}/split", {"letters": [other.id]}).status_code == 200
    with office.database.read() as connection:
        told = office.reader(connection, east.caller).matter(mine.matter_id).events
    said = str([event.detail for event in told])
    assert other.id not in said


@pytest.mark.parametrize(("role", "count"), [("clerk", 0), ("discipline", 1), ("integrator", 1)])
def test_an_accusation_keeps_its_own_rule_inside_a_scope(office: Office, role: Role, count: int) -> None:
    take(office, BRIBE, Caller("li", "clerk"), accused=["张三"], region=EAST)
    caller: dict[str, Any] = {"name": "li", "role": role, "regions": (EAST,)}
    assert len(Window(office, Caller(**caller)).letters()) == count

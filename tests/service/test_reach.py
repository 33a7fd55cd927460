"""What lies out of a caller's sight is missing on every route that takes an id, and nothing is done to it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from flask import Flask

from service import uploads
from service.caller import Caller, Role
from service.office import Office
from tests.service.desk import BRIBE, LIFT, RIVER, ROAD, WAGES, take
from tests.service.rights import ROWS, Visitor, Way, fingerprint, is_missing, plain, visit, ways

EAST, WEST = "江州市东湖区", "江州市西山县"
UNIT, OTHER_UNIT = "东湖区住建局", "西山县住建局"
HERE = {"region": EAST, "addressee": UNIT}
MISSING = "0" * 26

LI, EASTERN, WESTERN = Caller("li", "clerk"), Caller("east", "integrator"), Caller("west", "integrator")
LETTERS: dict[str, tuple[Caller, str, dict[str, Any]]] = {
    "plain": (LI, ROAD, HERE),
    "far": (LI, LIFT, {"region": WEST, "addressee": OTHER_UNIT}),
    "of east": (EASTERN, RIVER, HERE),
    "of west": (WESTERN, "图书馆周末不开门，学生没有地方看书，建议延长开放时间。", HERE),
    "secret": (EASTERN, BRIBE, {**HERE, "accused": ["李某"]}),
    "aimed": (LI, WAGES, {**HERE, "accused": ["住建局科长王强"]}),
}
ORDINARY = {"plain", "far", "of east", "of west"}
NEAR = ORDINARY - {"far"}
# Who calls, and what of the above that caller may know of.
SIGHTS: list[tuple[Caller, set[str]]] = [
    (Caller("li", "clerk"), ORDINARY),
    (Caller("zhao", "clerk", regions=(EAST,)), NEAR),
    (Caller("qian", "clerk", unit=UNIT), NEAR),
    (Caller("sun", "supervisor"), ORDINARY),
    (Caller("wu", "supervisor", unit=UNIT, regions=(EAST,)), NEAR),
    (Caller("zheng", "admin"), ORDINARY),
    (Caller("feng", "admin", regions=(EAST,)), NEAR),
    (Caller("周正", "discipline"), set(LETTERS)),
    (Caller("王强", "discipline"), set(LETTERS) - {"aimed"}),
    (Caller("卫青", "discipline", unit="西山县住建局"), {"far"}),
    (EASTERN, {"of east", "secret"}),
    (WESTERN, {"of west"}),
    (Caller("chu", "analyst"), set()),
]
OF_LETTERS = {"letter_id", "matter_id"}
OF_WORK = {"import_id", "job_id"}
# Reports are their orderers'; tests/service/test_ordered_reports.py tries them.
OF_REPORTS = {"report_id"}
# Objects of these are no letters; the table of rights says who may use them.
OF_OTHERS = {"name", "filename", "secret", "token_id", "version"}

Body = Callable[[str, str], dict[str, Any]]
# A good body for each way that wants one, given a letter and a matter that it may name.
BODIES: dict[str, Body] = {
    "PATCH /api/v1/letters/<letter_id>": lambda _letter, _matter: {"review": "accepted"},
    "POST /api/v1/letters/<letter_id>/unmask": lambda _letter, _matter: {"reason": "需要当面核对"},
    "POST /api/v1/letters/<letter_id>/restrict": lambda _letter, _matter: {"reason": "投诉干部"},
    "POST /api/v1/letters/<letter_id>/release": lambda _letter, _matter: {"reason": "不是检举"},
    "POST /letters/<letter_id>/accept": lambda _letter, _matter: {},
    "POST /letters/<letter_id>/correct": lambda _letter, _matter: {"code": "transport"},
    "POST /letters/<letter_id>/route": lambda _letter, _matter: {"unit": "城管局"},
    "POST /letters/<letter_id>/link": lambda _letter, matter: {"matter": matter, "decision": "confirm"},
    "POST /letters/<letter_id>/unmask": lambda _letter, _matter: {"reason": "需要当面核对"},
    "POST /letters/<letter_id>/release": lambda _letter, _matter: {"reason": "不是检举"},
    "POST /letters/<letter_id>/restrict": lambda _letter, _matter: {"reason": "投诉干部"},
    "POST /api/v1/matters/<matter_id>/events": lambda _letter, _matter: {"type": "registered"},
    "POST /api/v1/matters/<matter_id>/notices": lambda letter, _matter: {"kind": "accepted", "letter": letter},
    "POST /api/v1/matters/<matter_id>/links": lambda letter, _matter: {"letter": letter, "decision": "confirm"},
    "POST /api/v1/matters/<matter_id>/merge": lambda _letter, matter: {"matter": matter},
    "POST /api/v1/matters/<matter_id>/split": lambda letter, _matter: {"letters": [letter]},
    "POST /matters/<matter_id>/events": lambda _letter, _matter: {"type": "registered"},
    "POST /matters/<matter_id>/notices": lambda letter, _matter: {"kind": "accepted", "letter": letter},
    "POST /matters/<matter_id>/links": lambda letter, _matter: {"confirm": letter},
    "POST /matters/<matter_id>/merge": lambda _letter, matter: {"matter": matter},
    "POST /matters/<matter_id>/split": lambda letter, _matter: {"letters": letter},
    "POST /matters/<matter_id>/undo": lambda letter, _matter: {"letter": letter},
}
# A form is led back to its own matter, and told that there is no such other one.
LED_BACK = {"POST /matters/<matter_id>/merge"}


@dataclass(frozen=True)
class Town:
    """An office with letters of each kind, and the ids of these and of their matters."""

    app: Flask
    office: Office
    letters: Mapping[str, str]
    matters: Mapping[str, str]

    def ids(self, name: str) -> tuple[str, str]:
        return (self.letters[name], self.matters[name]) if name in self.letters else (MISSING, MISSING)

    def ways(self, *parameters: str) -> Iterator[Way]:
        yield from (way for way in ways(self.app) if way.rule.arguments & set(parameters))


@pytest.fixture
def town(app: Flask, office: Office) -> Town:
    rows = {name: take(office, body, caller, **facts).row for name, (caller, body, facts) in LETTERS.items()}
    assert len({row.matter_id for row in rows.values()}) == len(rows)
    return Town(
        app, office, {name: row.id for name, row in rows.items()}, {name: row.matter_id for name, row in rows.items()}
    )


@dataclass(frozen=True)
class Try:
    """A way to an object: whose letter and matter the address names, and whose the body."""

    way: Way
    letter: str
    matter: str
    told: str

    def made_by(self, visitor: Visitor, town: Town) -> Any:
        path = self.way.path(letter_id=town.ids(self.letter)[0], matter_id=town.ids(self.matter)[1])
        body = BODIES.get(self.way.name)
        options: dict[str, Any] = {"json": body(*town.ids(self.told))} if body else {}
        return visitor.try_way(self.way, path, headers={"If-Match": "*"}, **options)


def names_more(way: Way) -> bool:
    """Say whether the body of a way names letters or matters, too."""
    body = BODIES.get(way.name)
    return body is not None and body("a", "a") != body("b", "b")


def hidden_tries(town: Town, seen: set[str]) -> Iterator[Try]:
    """Yield every way to what is out of sight: by the address, by one part of it, or by the body."""
    hidden = sorted(set(LETTERS) - seen)
    mine = min(seen & ORDINARY, default=None) or min(seen, default=MISSING)
    for way, name in product(town.ways(*OF_LETTERS), hidden):
        yield Try(way, name, name, mine)
        if way.rule.arguments >= OF_LETTERS:
            yield from (Try(way, name, mine, mine), Try(way, mine, name, mine))
        if names_more(way):
            yield Try(way, mine, mine, name)


def test_every_way_to_an_object_is_tried(app: Flask) -> None:
    named = set().union(*(way.rule.arguments for way in ways(app)))
    assert named == OF_LETTERS | OF_WORK | OF_REPORTS | OF_OTHERS
    wanting = {way.name for way in ways(app) if way.method != "GET" and way.rule.arguments & OF_LETTERS}
    assert set(BODIES) == {name for name in wanting if not name.startswith("DELETE")}


@pytest.mark.parametrize(("caller", "seen"), SIGHTS, ids=lambda value: getattr(value, "name", ""))
def test_what_is_out_of_sight_is_missing_and_stays_as_it_was(town: Town, caller: Caller, seen: set[str]) -> None:
    visitor = visit(town.app, town.office, caller)
    before = fingerprint(town.office.database)
    tried = 0
    for one in hidden_tries(town, seen):
        answer = one.made_by(visitor, town)
        if one.told in seen or caller.role not in ROWS[one.way.name]:
            assert is_missing(answer, visitor, one.way), (one, answer.text)
        else:
            # The matter of the address is there; then the letter of the body must be missing as any other is.
            nothing = Try(one.way, one.letter, one.matter, MISSING).made_by(visitor, town)
            assert (answer.status_code, plain(answer)) == (nothing.status_code, plain(nothing)), one
            assert answer.status_code in ({302} if one.way.name in LED_BACK else {404, 422}), one
        tried += 1
    assert tried >= 10 * len(set(LETTERS) - seen)
    assert fingerprint(town.office.database) == before


@pytest.mark.parametrize(("caller", "seen"), SIGHTS, ids=lambda value: getattr(value, "name", ""))
def test_what_is_in_sight_can_be_read(town: Town, caller: Caller, seen: set[str]) -> None:
    visitor = visit(town.app, town.office, caller)
    for way in town.ways(*OF_LETTERS):
        if way.method == "GET" and caller.role in ROWS[way.name]:
            for name in seen:
                answer = Try(way, name, name, name).made_by(visitor, town)
                assert answer.status_code == 200, (way.name, name)
                assert LETTERS[name][1] not in answer.text or name != "secret" or caller.role == "discipline"


@pytest.mark.parametrize("role", ["clerk", "supervisor", "discipline", "analyst", "admin", "integrator"])
def test_imports_are_their_senders_and_jobs_the_admins(town: Town, role: Role) -> None:
    senders = {name: Caller(name, "clerk" if name == "li" else role) for name in ("li", "wang")}
    keys, database = town.office.keys, town.office.database
    sent = {
        name: uploads.accept(database, keys, sender, "a.csv", b"title\nx\n", None) for name, sender in senders.items()
    }
    visitor = visit(town.app, town.office, senders["wang"])
    oversees = role in ("supervisor", "admin")
    before = fingerprint(database)
    for way in town.ways(*OF_WORK):
        may = role in ROWS[way.name] and (oversees or way.rule.arguments == {"job_id"})
        for import_id in (sent["li"], MISSING) if not may else (MISSING,):
            answer = visitor.try_way(way, way.path(import_id=import_id, job_id=import_id))
            assert is_missing(answer, visitor, way), (way.name, answer.text)
    assert fingerprint(database) == before
    listed = visitor.client.get("/api/v1/imports", headers={"Authorization": f"Bearer {visitor.token}"})
    if role != "analyst":
        assert listed.json is not None
        shown = {one["id"] for one in listed.json["items"]}
        assert shown == (set(sent.values()) if oversees else {sent["wang"]})

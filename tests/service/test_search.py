"""Letters are found by the words of their masked text, by those who may see them, as soon as they are stored."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.caller import Caller
from service.errors import Problem
from service.office import Office
from service.queries.lists import Filter, count_up_to
from service.queries.search import count_without_words, forget_words
from service.rebuilding import fill_words
from service.search_words import wanted_of, words_of
from tests.service.desk import BRIBE, LIFT, LIFT_AGAIN, QIAN, ROAD, WAGES, ZHAO, Desk, LetIn, assert_problem, ids, take

FUZZED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SIGNS = st.text(
    st.sampled_from(" \"'“”*:()^-+<>&|!~{}[]\\%_;，。、？/NEARANDORNOT电梯小区工资的0138１Ａa\n\t"), max_size=30
)


def found(desk: Desk, text: str, **query: Any) -> list[str]:
    return ids(desk.read("/letters", text=text, **query)["items"])


@pytest.fixture
def inbox(clerk: Desk) -> dict[str, str]:
    """Return letters by a name each, oldest first."""
    bodies = {"lift": LIFT, "road": ROAD, "wages": WAGES, "again": LIFT_AGAIN}
    return {
        name: clerk.deliver(body, title=f"关于{name}的来信", received_at=f"2026-03-0{day}")["id"]
        for day, (name, body) in enumerate(bodies.items(), start=1)
    }


def test_a_letter_is_found_by_words_of_title_and_body_newest_first(clerk: Desk, inbox: dict[str, str]) -> None:
    assert found(clerk, "电梯") == [inbox["again"], inbox["lift"]]
    assert found(clerk, "wages") == [inbox["wages"]]
    assert found(clerk, "ＷＡＧＥＳ") == [inbox["wages"]]
    assert found(clerk, "来信") == [inbox[name] for name in ("again", "wages", "road", "lift")]
    assert found(clerk, "学校") == []


def test_all_words_must_occur(clerk: Desk, inbox: dict[str, str]) -> None:
    assert found(clerk, "电梯 lift") == [inbox["lift"]]
    assert found(clerk, "电梯 wages") == []


@pytest.mark.parametrize("quoted", ['"{}"', "“{}”", "「{}」", "＂{}＂"])
def test_between_quotation_marks_words_follow_each_other(clerk: Desk, quoted: str) -> None:
    first = clerk.deliver("开发商拖欠工资，物业公司不管。")["id"]
    other = clerk.deliver("工资没有发，物业费一直拖欠。")["id"]
    assert set(found(clerk, "拖欠 工资")) == {first, other}
    assert found(clerk, quoted.format("拖欠工资")) == [first]
    assert found(clerk, quoted.format("工资拖欠")) == []


def test_shorter_words_inside_of_longer_ones_are_found_but_join_no_phrase(clerk: Desk) -> None:
    letter = clerk.deliver("市住房和城乡建设局拖欠农民工工资，中华人民共和国宪法。")["id"]
    for word in ("农民工", "农民", "民工", "人民", "共和国", "建设", "建设局"):
        assert found(clerk, word) == [letter], word
    assert found(clerk, '"民工工资"') == []


def test_traditional_letters_are_found_by_simplified_words(clerk: Desk) -> None:
    letter = clerk.deliver("小區電梯經常發生故障，請處理。")["id"]
    assert found(clerk, "电梯 故障") == [letter]
    assert found(clerk, "電梯") == [letter]


def test_pages_follow_each_other_without_gap_or_repetition(clerk: Desk) -> None:
    expected = [
        clerk.deliver(f"{LIFT}编号{number}", received_at=f"2026-03-{1 + number // 3:02}")["id"] for number in range(7)
    ]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = clerk.read("/letters", text="电梯", limit=2, **cursor)
        seen += ids(page["items"])
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert sorted(seen) == sorted(expected)
    assert seen == ids(clerk.read("/letters", text="电梯")["items"])


def test_letters_of_any_year_are_found_in_the_order_of_time(clerk: Desk) -> None:
    years = ("2112", "2041", "2026", "1969")
    stored = {year: clerk.deliver(f"{LIFT}第{year}号", received_at=f"{year}-09-16T21:05:48")["id"] for year in years}
    assert [one["id"] for one in clerk.read("/letters", text="电梯")["items"]] == list(stored.values())


def test_a_search_is_narrowed_by_the_other_filters(clerk: Desk, inbox: dict[str, str]) -> None:
    here = clerk.deliver(f"{LIFT}谢谢。", region="云河县", received_at="2026-03-09")["id"]
    assert found(clerk, "电梯", region="云河县") == [here]
    assert found(clerk, "电梯", until="2026-03-02") == [inbox["lift"]]


@pytest.mark.parametrize("windows", [(), (1,), (2,), (1, 2), (9,)])
def test_very_common_words_are_found_in_the_order_of_time_too(
    clerk: Desk, inbox: dict[str, str], monkeypatch: pytest.MonkeyPatch, windows: tuple[int, ...]
) -> None:
    monkeypatch.setattr("service.queries.words_of_postgresql.MANY", 0)
    monkeypatch.setattr("service.queries.words_of_postgresql.WINDOWS", windows)
    assert found(clerk, "来信") == [inbox[name] for name in ("again", "wages", "road", "lift")]
    assert found(clerk, "电梯") == [inbox[name] for name in ("again", "lift")]
    assert found(clerk, "来信", until="2026-03-03") == [inbox[name] for name in ("road", "lift")]
    for limit in (1, 2, 3):
        first = clerk.read("/letters", text="来信", limit=limit)
        assert [*ids(first["items"]), *found(clerk, "来信", cursor=first["next"])] == found(clerk, "来信")


def test_letters_of_one_moment_are_all_found_by_common_words(clerk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.queries.words_of_postgresql.MANY", 0)
    monkeypatch.setattr("service.queries.words_of_postgresql.WINDOWS", (1, 2))
    stored = {clerk.deliver(f"{LIFT}编号{number}", received_at="2026-03-01T08:00:00")["id"] for number in range(5)}
    assert sorted(found(clerk, "电梯")) == sorted(stored)
    first = clerk.read("/letters", text="电梯", limit=2)
    assert sorted(ids(first["items"]) + found(clerk, "电梯", cursor=first["next"])) == sorted(stored)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('"电梯', "quotation mark"),
        ("，。！", "word"),
        ("的了在", "word"),
        ("甲" * 501, "500"),
        (" ".join(f"词{number}" for number in range(30)), "20"),
    ],
)
def test_what_cannot_be_looked_for_is_told_plainly(clerk: Desk, text: str, reason: str) -> None:
    problem = assert_problem(clerk.get("/letters", text=text), 422, "text")
    assert reason in str(problem["errors"])


def test_nobody_is_found_by_a_number_or_by_what_a_mask_leaves(clerk: Desk) -> None:
    clerk.deliver(
        f"我叫{ZHAO['name']}，电话{ZHAO['phone']}，身份证{ZHAO['id_number']}，电梯坏了。联系138 1234 5678。",
        petitioner=ZHAO,
    )
    for text in (
        ZHAO["phone"],
        ZHAO["id_number"],
        "138 1234 5678",
        "138",
        "0000",
        "5678",
        "1234",
        "110",
        "赵",
        "赵铁柱",
    ):
        assert found(clerk, text) == [], text
    assert len(found(clerk, "电梯")) == 1


@pytest.mark.parametrize(
    ("role", "name"), [("clerk", "a"), ("supervisor", "a"), ("admin", "a"), ("discipline", "物业公司")]
)
def test_no_search_finds_or_counts_an_accusation(office: Office, let_in: LetIn, role: Any, name: str) -> None:
    desk = let_in(role, name)
    open_letter = desk.deliver(LIFT) if role != "discipline" else let_in("clerk").deliver(LIFT)
    let_in("discipline", "周正").deliver(f"{LIFT_AGAIN}受贿", accused=["物业公司"])
    assert found(desk, "电梯") == [open_letter["id"]]
    assert found(desk, "受贿") == found(desk, "受贿", restricted="true") == []
    caller = Caller(name, role)
    with office.database.read() as connection:
        sight = office.reader(connection, caller).caller.sight
        if role != "discipline":
            assert count_up_to(connection, sight, Filter(text=wanted_of("电梯"))) == 1
            assert count_up_to(connection, sight, Filter(text=wanted_of("13812345678"))) == 0
            assert count_up_to(connection, sight, Filter(text=wanted_of("受贿"))) == 0


def test_discipline_finds_accusations(let_in: LetIn) -> None:
    zhou = let_in("discipline", "周正")
    letter = zhou.deliver(BRIBE, accused=["物业公司"])["id"]
    assert found(zhou, "举报") == [letter]


def test_a_search_stays_in_the_scope_of_the_caller(office: Office) -> None:
    take(office, LIFT, region="江州市西山县")
    here = take(office, LIFT_AGAIN, region="江州市东湖区").row
    caller = Caller("li", "clerk", regions=("江州市东湖区",))
    with office.database.read() as connection:
        reader = office.reader(connection, caller)
        narrow = Filter(text=wanted_of("电梯"))
        assert [letter.id for letter in reader.letters(narrow, 50, None).items] == [here.id]
        assert reader.count_letters(narrow) == 1


def test_what_was_looked_for_is_not_in_the_audit(clerk: Desk, let_in: LetIn) -> None:
    clerk.deliver(LIFT)
    found(clerk, "电梯")
    assert "电梯" not in json.dumps(let_in("admin").read("/audit"), ensure_ascii=False)


def test_a_letter_that_is_not_stored_is_not_found(office: Office, clerk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*_given: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("service.intake._record_arrivals", break_off)
    with pytest.raises(Problem):
        take(office, LIFT)
    assert found(clerk, "电梯") == []


def test_letters_without_words_are_filled_in_once(office: Office, clerk: Desk) -> None:
    letter = clerk.deliver(LIFT)["id"]
    with office.database.write() as connection:
        forget_words(connection, letter)
    assert found(clerk, "电梯") == []
    with office.database.read() as connection:
        assert count_without_words(connection) == 1
    assert list(fill_words(office.database)) == [1]
    assert found(clerk, "电梯") == [letter]
    assert list(fill_words(office.database)) == []


def test_texts_that_are_not_masked_are_not_filled_in(office: Office, clerk: Desk) -> None:
    letter = clerk.deliver(LIFT, petitioner=QIAN)["id"]
    with office.database.write() as connection:
        forget_words(connection, letter)
        connection.exec_driver_sql("UPDATE sealed SET key = ''")
    assert list(fill_words(office.database)) == []


@FUZZED
@given(text=SIGNS)
def test_no_sign_breaks_a_search(clerk: Desk, text: str) -> None:
    assert clerk.get("/letters", text=text).status_code in (200, 422)


@given(title=st.text(max_size=20), body=SIGNS | st.text(max_size=60))
def test_what_a_letter_is_found_by_are_words_alone(title: str, body: str) -> None:
    words = words_of(title, body)
    assert all(word.isalnum() and len(word) <= 40 for word in (*words.words, *words.parts))
    assert not set(words.words) & set(words.parts)


@FUZZED
@given(body=st.text(max_size=200))
def test_every_text_can_be_stored_and_found(office: Office, body: str) -> None:
    words = words_of("", body).words
    stored = (
        take(office, f"电梯。{body}")
        if "\x00" not in body and not any("\ud800" <= one <= "\udfff" for one in body)
        else None
    )
    if stored and words and stored.new:
        with office.database.read() as connection:
            wanted = Filter(text=wanted_of("电梯"))
            assert (
                stored.row.id
                in [
                    letter.id
                    for letter in office.reader(connection, Caller("li", "admin")).letters(wanted, 500, None).items
                ]
                or stored.row.restricted
            )

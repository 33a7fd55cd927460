from datetime import timedelta
from itertools import pairwise

import pytest

from bench.build_ups import links_of, near_pairs, read_year, run, say_worst
from bench.replay import Replay, Warnings, count
from bench.simulated_year import DAYS, FIRST_DAY, SHARES, Year, build_ups, templates
from model.analyse import Analyser
from model.gathering import NEAR_FROM
from model.records import GroupVisit
from service.matters import WARNING_FROM

COLLECTIVE = (
    *("们", "大家", "大伙", "集体", "一起", "共同", "联名", "联合", "代表", "全体", "众", "乡亲", "邻居", "左邻右舍"),
    *("上访", "群访", "信访", "聚集", "静坐", "横幅", "请愿", "罢工", "堵门", "维权", "围堵", "讨说法", "要说法"),
    *("组织", "号召", "商量好", "约好", "约定", "签了字", "都签"),
)
YEAR = Year(7, 3000, 8)


def texts(year: Year, number: int) -> list[str]:
    return [letter.text for letter, matter in zip(year.letters, year.matter_of, strict=True) if matter == number]


def test_a_year_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    again = Year(7, 3000, 8)
    assert (again.letters, again.matter_of) == (YEAR.letters, YEAR.matter_of)
    assert Year(8, 3000, 8).letters != YEAR.letters


def test_letters_come_in_order_within_the_year() -> None:
    times = [letter.received_at for letter in YEAR.letters if letter.received_at]
    assert times == sorted(times)
    assert times[0] >= FIRST_DAY
    assert times[-1] < FIRST_DAY + timedelta(days=DAYS)
    assert 3000 <= len(YEAR.letters) < 3030


def test_there_are_sixty_plots_over_all_categories() -> None:
    plots = templates()["plots"]
    assert len(plots) >= 60
    assert len({plot["category"] for plot in plots}) == 18


def test_letters_that_speak_of_their_own_loss_have_no_collective_word() -> None:
    silent = [matter for matter in build_ups(YEAR) if matter.silent]
    assert len(silent) == 4
    for matter in silent:
        assert [text for text in texts(YEAR, matter.number) for word in COLLECTIVE if word in text] == []


def test_no_plot_has_a_collective_word() -> None:
    for plot in templates()["plots"]:
        sentences = [*plot["title"], *plot["what"], *plot["facts"], *plot["own"], *plot["ask"]]
        assert [sentence for sentence in sentences for word in COLLECTIVE if word in sentence] == []


def test_the_other_half_says_it_in_different_ways() -> None:
    ways = [matter.way for matter in build_ups(YEAR) if not matter.silent]
    assert sorted(ways) == ["numbers", "past", "planned", "threatened"]


def test_letters_of_a_build_up_end_before_the_visit_and_grow() -> None:
    for matter in build_ups(Year(3, 3000, 8)):
        assert matter.visit_at
        assert 8 <= matter.petitioners <= 200
    for matter in build_ups(YEAR):
        days = [
            letter.received_at
            for letter, number in zip(YEAR.letters, YEAR.matter_of, strict=True)
            if number == matter.number and letter.received_at
        ]
        assert matter.visit_at
        assert max(days) < matter.visit_at
        middle = min(days) + (matter.visit_at - min(days)) / 2
        assert sum(day > middle for day in days) > sum(day <= middle for day in days)


def test_no_two_people_write_the_same_about_one_matter() -> None:
    for matter in build_ups(YEAR):
        written = texts(YEAR, matter.number)
        assert len(set(written)) == len(written)


def test_matters_differ_in_place_and_firm() -> None:
    places = [(matter.slots["place"], matter.slots["firm"]) for matter in YEAR.matters]
    assert len(set(places)) == len(places)


def test_the_background_has_every_kind_and_is_answered() -> None:
    kinds = {matter.kind for matter in YEAR.matters}
    assert kinds == {"build-up", *SHARES}
    for number in set(YEAR.matter_of):
        matter = YEAR.matters[number]
        assert bool(matter.answers) == (matter.visit_at is None)
        assert all(early < late for early, late in pairwise(matter.answers))


def test_the_background_never_acts_together() -> None:
    acts = ("集体去", "上访了", "静坐", "拉了横幅", "要说法", "讨说法", "一起去")
    for matter in YEAR.matters:
        if not matter.visit_at:
            assert [text for text in texts(YEAR, matter.number) for act in acts if act in text] == []


def test_pairs_are_those_that_the_service_compares(small_analyser: Analyser) -> None:
    letters = YEAR.letters[:80]
    vectors = small_analyser.vectors(letters)
    pairs = near_pairs(vectors)
    assert all(a < b for a, b in pairs.tolist())
    bits = [(vectors[a] ^ vectors[b]) for a, b in pairs.tolist()]
    assert all(sum(int(byte).bit_count() for byte in apart) <= 1024 * (0.5 - NEAR_FROM / 4) for apart in bits)
    assert {link.a < link.b for link in links_of(small_analyser, letters, pairs, 1)} <= {True}


def test_a_run_prints_what_was_warned_of_and_what_was_missed(
    small_analyser: Analyser, capsys: pytest.CaptureFixture[str]
) -> None:
    say_worst([run(small_analyser, Year(5, 300, 2), 1)])
    printed = capsys.readouterr().out
    for expected in (
        "letters/s",
        "GB of memory",
        "flag: ",
        "3 letters a week: ",
        "12 letters a week: ",
        "worst of 1: ",
    ):
        assert expected in printed
    assert printed.count("  missed: ") + int(printed.split("flag: ")[1].split(" of 2")[0]) == 2


def test_a_small_year_is_measured_and_repeats(small_analyser: Analyser) -> None:
    year = Year(5, 800, 4)
    found = read_year(small_analyser, year, 1)
    assert len(found.visits) == len(year.letters)
    counts = []
    for _ in range(2):
        replay = Replay(year, found.links, found.visits)
        replay.run()
        counts.append([count(year, warnings) for warnings in (replay.flag, *replay.plain.values())])
    assert counts[0] == counts[1]
    for counted in counts[0]:
        assert len(counted.days) + len(counted.missed) == 4
    fewest, *more = counts[0][1:]
    for counted in more:
        assert len(counted.days) <= len(fewest.days)
        assert counted.false <= fewest.false


def test_a_warning_counts_only_before_the_visit() -> None:
    year = Year(5, 400, 2)
    first, second = build_ups(year)
    background = next(matter for matter in year.matters if not matter.visit_at)
    assert first.visit_at
    assert second.visit_at
    warnings = Warnings()
    warnings.note(first.number, first.visit_at - timedelta(days=9))
    warnings.note(first.number, first.visit_at - timedelta(days=1))
    warnings.note(second.number, second.visit_at)
    warnings.note(background.number, FIRST_DAY)
    counted = count(year, warnings)
    assert counted.days == (9,)
    assert counted.missed == (second,)
    assert counted.false == 1


def test_a_letter_that_clearly_warns_is_warned_of_on_its_day() -> None:
    year = Year(5, 400, 2)
    visits = [GroupVisit("none", 0.0, None, ()) for _ in year.letters]
    visits[10] = GroupVisit("warning", 0.9, None, ())
    replay = Replay(year, [], visits)
    replay.run()
    letter = year.letters[10]
    assert letter.received_at
    assert WARNING_FROM <= 60
    warned = {number: day for number, day in replay.flag.first.items() if number == year.matter_of[10]}
    assert warned == {year.matter_of[10]: FIRST_DAY + timedelta(days=(letter.received_at - FIRST_DAY).days + 1)}

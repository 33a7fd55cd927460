"""The audit in words."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from service.schemas.records import EntryOut
from service.web.administration_audit import ACTIONS, KINDS
from service.web.trail import lines_of, told
from service.web.words import word

SERVICE = Path(__file__).parents[3] / "service"
NOW = datetime(2026, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        (None, ""),
        ({"count": 50, "filter": {"queue": "new", "order": "oldest"}}, "共 50 条；条件：队列“待确认”、收到早的在前"),
        ({"filter": {}, "count": 0}, "共 0 条"),
        ({"filter": {"region": "given"}}, "条件：地区已填写"),
        ({"fields": ["password", "role"]}, "改动：密码、角色"),
        ({"similar": 0, "preloaded": True}, "旁列相近来信 0 件；由浏览器预先取来"),
        ({"join_from": 0.65, "before": {"join_from": 0.7}}, "并案相似度 0.65；之前：并案相似度 0.7"),
        ({"before": "23ced257"}, "之前：23ced257"),
        ({"kind": "audit.verify"}, "种类：核验操作记录"),
    ],
)
def test_details_are_told_in_words(app: Flask, detail: dict[str, object] | None, words: str) -> None:
    with app.test_request_context("/"):
        assert told(detail) == words


def test_a_list_and_its_flagged_matters_take_two_lines(app: Flask) -> None:
    def entry(action: str, kind: str, one: str, at: datetime = NOW) -> EntryOut:
        return EntryOut(at=at, actor="li", role="clerk", action=action, kind=kind, id=one, detail=None)

    later = NOW + timedelta(seconds=1)
    entries = [entry("list", "matter", one) for one in ("a", "b")]
    with app.test_request_context("/"):
        lines = lines_of([entry("view", "matter", "a", later), *entries, entry("list", "matters", "")])
    assert [(line.action, line.kind, line.ids) for line in lines] == [
        ("view", "matter", ["a"]),
        ("list", "matter", ["a", "b"]),
        ("list", "matters", []),
    ]


def test_whatever_can_be_asked_for_has_a_word() -> None:
    assert [one for one in ACTIONS if word("act", one) == one] == []
    assert [one for one in KINDS if word("object", one) == one] == []


def test_whatever_is_recorded_can_be_asked_for() -> None:
    recorded: set[object] = set()
    for path in SERVICE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("audit.record", "record_look")):
                recorded.update(one.value for one in node.args[2:3] if isinstance(one, ast.Constant))
    assert len(recorded) > 20
    assert recorded - set(ACTIONS) == set()

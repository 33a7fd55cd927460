"""What pages fetch beside themselves."""

import re
from pathlib import Path

import service

SERVICE = Path(service.__file__).parent
ASKED = re.compile(r"""url_for\(['"]static['"], filename=['"]([^'"]+)['"]\)""")


def test_every_file_that_a_page_asks_for_is_there() -> None:
    asked = {
        (page.name, name)
        for page in (SERVICE / "templates").rglob("*.html")
        for name in ASKED.findall(page.read_text(encoding="utf-8"))
    }
    assert len(asked) > 10
    assert {(page, name) for page, name in asked if not (SERVICE / "static" / name).is_file()} == set()

"""What every screen must stand: axe-core's checks of WCAG 2.2 AA, and pictures for critical eyes."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP, PHONE = ViewportSize(width=1366, height=768), ViewportSize(width=390, height=844)

Scheme = Literal["light", "dark"]


def assert_accessible(page: Page, schemes: Sequence[Scheme] = ("light", "dark")) -> None:
    """Check a page in light and in dark; a violation names its rule and its elements."""
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]})
        told = "\n".join(_told(found.response["violations"]))
        assert not told, f"{scheme}: {told}"
    page.emulate_media(color_scheme="light")


def _told(violations: list[dict[str, Any]]) -> list[str]:
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in violations
        for node in violation["nodes"]
    ]


def assert_fits(page: Page) -> None:
    """Check that nothing has to be scrolled sideways, on a desktop and on a phone."""
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{size}: {wide} pixels too wide"


def picture(page: Page, name: str) -> None:
    """Keep pictures of a page, if SCREENSHOTS names a folder: desktop, phone, dark, and as it prints."""
    if not os.environ.get("SCREENSHOTS"):
        return
    folder = Path(os.environ["SCREENSHOTS"])
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}-desktop.png", full_page=True)
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=folder / f"{name}-dark.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    page.screenshot(path=folder / f"{name}-phone.png", full_page=True)
    page.set_viewport_size(DESKTOP)
    page.pdf(path=folder / f"{name}.pdf", format="A4")

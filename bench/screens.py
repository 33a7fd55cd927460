"""The pages of an office that somebody may open, and what a browser fetches for each."""

import gzip
import re
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import urljoin

import requests

Ask = Callable[[str], requests.Response]
MOST_LEADS = 40
_LINK = re.compile(r'href="([^"#]+)"')
# What a page fetches besides itself, and what its modules and style sheets fetch in turn.
_FETCHED = re.compile(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"]+)"')
_IMPORTED = re.compile(r"""(?:from|import|url\()\s*["']?(\.{0,2}/[^"')]+)""")


def screens(ask: Ask) -> Iterator[tuple[str, list[str]]]:
    """Yield the pages that somebody may open: a name, and addresses that are asked in turn."""
    offered = _links(ask("/letters").text)
    for name in ("/queue", "/dashboard", "/reports", "/hot-issues", "/imports"):
        if name not in offered:
            continue
        yield f"page {name}", [name]
        if name == "/queue":
            for queue in _leads(ask(name).text, "/queue?queue="):
                yield f"page {queue}", [queue]
        if name == "/dashboard":
            for days in (14, 90):
                yield f"page {name} of {days} days", [f"{name}?days={days}&formula=matters"]
            page = ask(f"{name}?days=90").text
            for kind in ("/letters?", "/matters?"):
                yield f"where its figures lead, {kind}", _leads(page, kind)


class Scales:
    """Weigh answers as a browser fetches them, gzipped; what several pages fetch is asked for once."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self._fetched: dict[str, tuple[int, frozenset[str]]] = {}

    def weigh(self, answer: requests.Response) -> int:
        """Return the bytes of an answer, and of a page with all that it fetches."""
        size = len(gzip.compress(answer.content))
        if not answer.headers["Content-Type"].startswith("text/html"):
            return size
        left = {unescape(address) for address in _FETCHED.findall(answer.text)}
        seen: set[str] = set()
        while left:
            address = left.pop()
            seen.add(address)
            more, others = self._fetch(address)
            size += more
            left |= others - seen
        return size

    def _fetch(self, address: str) -> tuple[int, frozenset[str]]:
        if address not in self._fetched:
            answer = self.ask(address)
            text = answer.text if "svg" not in answer.headers["Content-Type"] else ""
            others = frozenset(urljoin(address, one) for one in _IMPORTED.findall(text))
            self._fetched[address] = len(gzip.compress(answer.content)), others
        return self._fetched[address]


def _links(page: str) -> list[str]:
    return list(dict.fromkeys(unescape(address) for address in _LINK.findall(page)))


def _leads(page: str, beginning: str) -> list[str]:
    """Return the addresses of a page that begin so, spread over it where there are very many."""
    found = [address for address in _links(page) if address.startswith(beginning)]
    return found[:: max(1, len(found) // MOST_LEADS)]

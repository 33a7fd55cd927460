"""Where figures lead: addresses of lists that hold exactly what a figure counts."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask import url_for

from service.periods import Period


@dataclass(frozen=True, slots=True)
class Leads:
    """The addresses of the lists for the figures of a period; None for whom may know figures and read no letters."""

    period: Period
    open: bool

    def letters(self, **narrow: str) -> str | None:
        """Return the address of the letters that came in the period, narrowed further."""
        return self._list("web.letters", **self._between(), **narrow)

    def grouped(self, by: str, code: str | None, **narrow: str) -> str | None:
        """Return the address of the letters of a category, region or channel; None stands for those that have none."""
        return self.letters(**({"lacking": by} if code is None else {by: code}), **narrow)

    def came(self) -> str | None:
        """Return the address of the matters in which letters came in the period."""
        return self._list("web.matters", **self._between())

    def before(self) -> "Leads":
        """Return where the figures of the period before lead."""
        return replace(self, period=self.period.previous)

    def year_before(self) -> "Leads":
        """Return where the figures of a year before lead."""
        return replace(self, period=self.period.year_before)

    def on(self, day: date | None) -> "Leads":
        """Return where the figures of one day lead."""
        return replace(self, period=Period("day", day, day + timedelta(days=1))) if day else replace(self, open=False)

    def due(self, when: str) -> str | None:
        """Return the address of what is overdue, or soon due."""
        return self._list("web.matters", due=when)

    def flagged(self, level: str) -> str | None:
        """Return the address of the matters whose flag has a level."""
        return self._list("web.matters", level=level)

    def accusations(self) -> str | None:
        """Return the address of the accusations that nobody looked at yet."""
        return self._list("web.letters", restricted="true", review="pending")

    def matter(self, matter_id: str) -> str | None:
        """Return the address of a matter."""
        return self._list("web.matter", matter_id=matter_id)

    def issues(self, number: int) -> str | None:
        """Return the address of a hot issue, by its place among all."""
        return self._list("web.hot_issues", _anchor=f"issue-{number}")

    def _between(self) -> dict[str, str]:
        return {"since": self.period.first.isoformat(), "until": self.period.after.isoformat()}

    def _list(self, endpoint: str, **values: str) -> str | None:
        return url_for(endpoint, **values) if self.open else None  # type: ignore[arg-type]  # _anchor is one of them

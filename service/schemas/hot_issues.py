"""Hot issues as callers see them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Row

from service.hot_issues import HotIssue

MOST_LETTERS_OF_ISSUE = 50


class ClassOut(BaseModel):
    """A class of letters: of level 2, or of level 1 where there is none below."""

    code: str
    name: str


class IssueLetterOut(BaseModel):
    """A letter of a hot issue, with its matter."""

    id: str
    matter: str
    title: str
    received_at: datetime


class HotIssueOut(BaseModel):
    """Alike matters of one class in one region that rise together; about matters, never about a person.

    `petitioners` counts different people in 14 days, `usual` how many its region and class have in as many days.
    `surprise` is minus the decimal logarithm of the chance of as many or more.
    """

    region: str | None
    category: ClassOut
    matters: int
    letters: int
    petitioners: int
    usual: float
    surprise: float
    newest: list[IssueLetterOut]

    @classmethod
    def of(cls, issue: HotIssue, rows: list[Row[Any]]) -> "HotIssueOut":
        """Show an issue with its letters, newest first, of which it names at most fifty."""
        return cls(
            region=issue.cell.region or None,
            category=ClassOut(code=issue.cell.category, name=rows[0].name),
            matters=len(issue.matters),
            letters=len(rows),
            petitioners=issue.petitioners,
            usual=round(issue.usual, 2),
            surprise=round(issue.surprise, 2),
            newest=[
                IssueLetterOut(
                    id=row.id,
                    matter=row.matter_id,
                    title=row.title or row.beginning,
                    received_at=datetime.fromisoformat(row.received_at),
                )
                for row in rows[:MOST_LETTERS_OF_ISSUE]
            ],
        )


class HotIssueList(BaseModel):
    """The hot issues of the days from `since` to `until`."""

    since: datetime
    until: datetime
    items: list[HotIssueOut]

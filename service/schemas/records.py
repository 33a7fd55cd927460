"""What is on record: automatic decisions, and who did what."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy import Row


class DecisionOut(BaseModel):
    """What the software decided by itself on a letter, what it rested on, and what a person made of it.

    `undone` says whether the outcome is out of force. Which event did that stays inside: its number would count events.
    """

    at: datetime
    kind: Literal["category", "group_visit", "compartment", "link"]
    outcome: dict[str, Any]
    model: str
    dictionary: str
    thresholds: dict[str, Any]
    input: str
    reviewer: str | None
    reviewed_at: datetime | None
    decided: str | None
    undone: bool
    note: str | None

    @classmethod
    def of(cls, row: Row[Any], reads_notes: bool) -> "DecisionOut":
        """Show a decision; why a letter went among accusations or came from there only to who reads those."""
        return cls(
            at=datetime.fromisoformat(row.at),
            kind=row.kind,
            outcome=row.outcome,
            model=row.model,
            dictionary=row.dictionary,
            thresholds=row.thresholds,
            input=row.input_hash,
            reviewer=row.reviewer,
            reviewed_at=datetime.fromisoformat(row.reviewed_at) if row.reviewed_at else None,
            decided=row.decided,
            undone=row.undone_by is not None,
            note=row.note if reads_notes or row.kind != "compartment" else None,
        )


class DecisionList(BaseModel):
    """The automatic decisions on a letter, oldest first."""

    items: list[DecisionOut]


class EntryOut(BaseModel):
    """Who did what, when, and with which object."""

    at: datetime
    actor: str
    role: str
    action: str
    kind: str
    id: str
    detail: dict[str, Any] | None

    @classmethod
    def of(cls, row: Row[Any], with_detail: bool) -> "EntryOut":
        """Show an entry of the audit."""
        return cls(
            at=datetime.fromisoformat(row.at),
            actor=row.actor,
            role=row.role,
            action=row.action,
            kind=row.object_kind,
            id=row.object_id,
            detail=row.detail if with_detail else None,
        )


class EntryPage(BaseModel):
    """A page of the audit, newest first."""

    items: list[EntryOut]
    next: str | None

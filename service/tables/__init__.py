"""The tables of the database."""

from service.tables.access import failed_logins, login_links, sessions, tokens, users
from service.tables.base import MOMENT, metadata
from service.tables.letters import (
    accused,
    audit,
    automatic_decisions,
    bases,
    changes,
    corrections,
    deadlines,
    decisions,
    events,
    flags,
    idempotency_keys,
    identities,
    letters,
    links,
    matters,
    vectors,
)
from service.tables.work import import_errors, import_pieces, imports, jobs, models

__all__ = [
    "MOMENT",
    "accused",
    "audit",
    "automatic_decisions",
    "bases",
    "changes",
    "corrections",
    "deadlines",
    "decisions",
    "events",
    "failed_logins",
    "flags",
    "idempotency_keys",
    "identities",
    "import_errors",
    "import_pieces",
    "imports",
    "jobs",
    "letters",
    "links",
    "login_links",
    "matters",
    "metadata",
    "models",
    "sessions",
    "tokens",
    "users",
    "vectors",
]

"""The tables of the database."""

from service.tables.access import failed_logins, login_links, sessions, tokens, users
from service.tables.base import DERIVED, MOMENT, metadata
from service.tables.choices import classes, thresholds, units
from service.tables.counts import daily_counts
from service.tables.letters import (
    accused,
    audit,
    automatic_decisions,
    bases,
    changes,
    corrections,
    decisions,
    events,
    idempotency_keys,
    identities,
    keys_in_use,
    letters,
    links,
    prepared,
    sealed,
    vectors,
)
from service.tables.matters import deadline_scopes, deadlines, flag_scopes, flags, matters
from service.tables.shadow import disagreements, shadow_counts
from service.tables.work import import_errors, import_pieces, imports, jobs, models, reports

__all__ = [
    "DERIVED",
    "MOMENT",
    "accused",
    "audit",
    "automatic_decisions",
    "bases",
    "changes",
    "classes",
    "corrections",
    "daily_counts",
    "deadline_scopes",
    "deadlines",
    "decisions",
    "disagreements",
    "events",
    "failed_logins",
    "flag_scopes",
    "flags",
    "idempotency_keys",
    "identities",
    "import_errors",
    "import_pieces",
    "imports",
    "jobs",
    "keys_in_use",
    "letters",
    "links",
    "login_links",
    "matters",
    "metadata",
    "models",
    "prepared",
    "reports",
    "sealed",
    "sessions",
    "shadow_counts",
    "thresholds",
    "tokens",
    "units",
    "users",
    "vectors",
]

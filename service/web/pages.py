"""Every page, one module each: whoever adds a screen adds its module here."""

from service.web import (
    administration,
    administration_audit,
    administration_models,
    administration_retention,
    administration_status,
    administration_thresholds,
    administration_tokens,
    administration_users,
    hot_issues,
    imports,
    letter,
    letters,
    login,
    matter,
    matters,
    navigation,
    reports,
)
from service.web.blueprint import web

__all__ = [
    "administration",
    "administration_audit",
    "administration_models",
    "administration_retention",
    "administration_status",
    "administration_thresholds",
    "administration_tokens",
    "administration_users",
    "hot_issues",
    "imports",
    "letter",
    "letters",
    "login",
    "matter",
    "matters",
    "navigation",
    "reports",
    "web",
]

"""Every page, one module each: whoever adds a screen adds its module here."""

from service.web import hot_issues, letter, letters, login, matter, matters, navigation
from service.web.blueprint import web

__all__ = ["hot_issues", "letter", "letters", "login", "matter", "matters", "navigation", "web"]

"""The texts of the interface, in Chinese, apart from the code: one gettext catalogue, compiled when it is loaded."""

from functools import cache, cached_property
from importlib.resources import files
from io import BytesIO
from typing import Any

import yaml
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask
from flask_babel import Babel, Domain, get_locale

LANGUAGE = "zh_CN"
OFFICE_ZONE_NAME = "Asia/Shanghai"


@cache
def catalogue(language: str = LANGUAGE) -> Translations:
    """Return the texts of a language."""
    source = files(__package__).joinpath(language, "LC_MESSAGES", "messages.po")
    with source.open("rb") as file:
        texts = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, texts)
    compiled.seek(0)
    return Translations(compiled)


def text(key: str, **values: object) -> str:
    """Return the text of a key, with its values filled in; raises KeyError if there is none."""
    found = catalogue(_language()).gettext(key)
    if found == key:
        raise KeyError(key)
    return found.format(**values) if values else found


def init_app(app: Flask) -> None:
    """Let an application speak the language of the catalogue, and write numbers and times as it does."""
    _Speech(app, default_locale=LANGUAGE, default_timezone=OFFICE_ZONE_NAME)


class _Catalogue(Domain):  # type: ignore[misc]  # flask_babel ships no types
    """Where flask_babel finds texts."""

    def get_translations(self) -> Translations:
        """Return the texts of the language of the request."""
        return catalogue(_language())


class _Speech(Babel):  # type: ignore[misc]  # flask_babel ships no types
    """The flask_babel of this service."""

    @cached_property
    def domain_instance(self) -> Domain:
        """Return where texts are."""
        return _Catalogue()


def _language() -> str:
    """Return the language of the request; commands and jobs speak the first one."""
    locale = get_locale()
    return f"{locale.language}_{locale.territory}" if locale else LANGUAGE


@cache
def notice_texts() -> dict[str, Any]:
    """Return the texts of notices: of each kind its title and lines, and what all of them share."""
    content: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("notices.yaml").read_text(encoding="utf-8"))
    return content

"""Where the administration begins: what each section is for."""

from service.auth import allow
from service.caller import ANALYSTS, AUDITORS
from service.web.blueprint import web
from service.web.sections import show


@web.get("/administration")
@allow(ANALYSTS | AUDITORS)
def administration() -> str:
    """Show the sections that the caller may enter."""
    return show("overview")

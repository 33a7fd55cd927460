"""Shows the original of one letter to somebody who has the right and gives a reason."""

from sqlalchemy import Connection

from service import audit
from service.caller import Caller
from service.errors import NotFound
from service.keys import Keys
from service.known import Forms, narrow
from service.personal import Found, hide
from service.queries.letters import find_letter
from service.schemas.originals import OriginalOut, PersonOut
from service.sealing import masked, restored


def unmask(connection: Connection, keys: Keys, caller: Caller, letter_id: str, reason: str) -> OriginalOut:
    """Return the original of a letter and record who asked and why.

    Whom a letter accuses is shown to those who handle accusations only. Raises NotFound if the caller may not see the
    letter.
    """
    row = find_letter(connection, letter_id, caller.sight)
    if row is None or not caller.reads(row.restricted):
        raise NotFound
    content = keys.decrypt(row.people) if row.people else {}
    petitioners, accused = content.get("petitioners", []), content.get("accused", [])
    told = masked(reason, Forms(petitioners, accused))
    audit.record(connection, caller, "unmask", audit.LETTER, [letter_id], {"reason": told})
    texts = restored(content, {"title": row.title, "body": row.body})
    handles = caller.reads(restricted=True)
    if not handles:
        # What names the accused alone is masked again.
        texts = {part: _without(text, accused) for part, text in texts.items()}
    return OriginalOut(
        id=letter_id,
        title=texts["title"] or None,
        body=texts["body"] or None,
        petitioners=[PersonOut.of(person) for person in petitioners],
        accused=accused if handles else None,
    )


def _without(text: str, accused: list[str]) -> str:
    return hide(text, (Found(*place) for place in Forms([], accused).places(narrow(text))))

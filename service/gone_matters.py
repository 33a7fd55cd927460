"""Matters that hold no letters any more: where these went, and what was done before."""

from service.errors import NotFound
from service.queries import matters as queries
from service.queries.letters import find_letters
from service.queries.succession import holding_letters
from service.reading import Reader
from service.registration import number_of
from service.schemas.views import EventOut, GoneMatterOut, SuccessorOut
from service.succession import letters_that_left


def gone_matter(reader: Reader, matter_id: str) -> GoneMatterOut:
    """Return where the letters of a matter went; raises NotFound if it holds any, or the caller may see none."""
    events = queries.events_of(reader.connection, matter_id)
    rows = find_letters(reader.connection, letters_that_left(events), reader.caller.insight).values()
    if not rows or holding_letters(reader.connection, [matter_id]):
        raise NotFound
    matter = queries.find_matter(reader.connection, matter_id)
    held: dict[str, list[str]] = {}
    for row in rows:
        # A letter that was released since must not tell where it comes from.
        if row.restricted == matter.restricted:
            held.setdefault(row.matter_id, []).append(row.id)
    if not held:
        raise NotFound
    return GoneMatterOut(
        id=matter_id,
        registration=number_of(matter),
        successors=[
            SuccessorOut(id=line.id, title=line.title, status=line.status, letters=sorted(held[line.id]))
            for line in reader.matter_lines.of(sorted(held))
        ],
        events=[EventOut.of(event, True) for event in reader.told(events)],
    )

"""Letters prepared for comparison: as they are kept, or made anew and kept from then on."""

from collections.abc import Collection, Mapping
from importlib.metadata import version

from sqlalchemy import Connection

from model.analyse import Analyser
from model.packing import pack, unpack
from model.profile import Profile
from service.queries.letters import texts_by_id
from service.queries.prepared import prepared_of, put_prepared
from service.regrouping import letter_of_row

# Another release may read the same text otherwise, with the same model.
_RELEASE = version("hongyan")


def maker_of(model: str) -> str:
    """Return by what letters are prepared: a version of the model, and this release."""
    return f"{model} {_RELEASE}"


class Preparation:
    """Prepare letters by one version of the model, in a transaction that may write.

    `given` are letters that are not stored yet, as that version has prepared them.
    """

    def __init__(self, connection: Connection, analyser: Analyser, given: Mapping[str, bytes]) -> None:
        self.connection = connection
        self.analyser = analyser
        self.maker = maker_of(analyser.version)
        self.given = given

    def profiles(self, ids: Collection[str]) -> dict[str, Profile]:
        """Return letters prepared for comparison; those that do not exist are left out."""
        stored = [one for one in ids if one not in self.given]
        kept = prepared_of(self.connection, stored, self.maker)
        made = self._made([one for one in stored if one not in kept])
        put_prepared(self.connection, made, self.maker)
        ready = kept | made | {one: self.given[one] for one in ids if one in self.given}
        return {one: unpack(content) for one, content in ready.items()}

    def _made(self, ids: Collection[str]) -> dict[str, bytes]:
        rows = texts_by_id(self.connection, sorted(ids))
        profiles = self.analyser.profiles([letter_of_row(row) for row in rows.values()])
        return {profile.letter.id: pack(profile) for profile in profiles}

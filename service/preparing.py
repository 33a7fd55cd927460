"""Letters prepared for comparison: as they are kept, or made anew and kept from then on."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from sqlalchemy import Connection

from model.analyse import Analyser
from model.packing import FORMAT, pack, unpack
from model.profile import Profile
from model.records import Letter
from model.words.tables import fingerprint
from service.queries.letters import texts_by_id
from service.queries.prepared import prepared_of, put_prepared
from service.stored import letter_of_row


def maker_of(model: str) -> str:
    """Return by what letters are prepared: a version of the model, the word tables, and how profiles are packed."""
    return f"{model} {fingerprint()[:12]} {FORMAT}"


class Preparation:
    """Prepare letters by one version of the model.

    `given` are letters that may not be stored yet, and `packed` those of them that this version has prepared.
    """

    def __init__(
        self, connection: Connection, analyser: Analyser, given: Mapping[str, Letter], packed: Mapping[str, bytes]
    ) -> None:
        self.connection = connection
        self.analyser = analyser
        self.maker = maker_of(analyser.version)
        self.given = given
        self.packed = dict(packed)

    def kept(self, ids: AbstractSet[str]) -> dict[str, Profile]:
        """Return those of the letters that are prepared already; writes nothing."""
        kept = prepared_of(self.connection, ids - self.packed.keys(), self.maker)
        ready = kept | {one: self.packed[one] for one in ids if one in self.packed}
        return {one: unpack(content) for one, content in ready.items()}

    def profiles(self, ids: AbstractSet[str]) -> dict[str, Profile]:
        """Return letters prepared for comparison, and keep what was missing; those that do not exist are left out."""
        unknown = ids - self.packed.keys()
        kept = prepared_of(self.connection, unknown, self.maker)
        stored = texts_by_id(self.connection, sorted(unknown - kept.keys()))
        made = self._made([letter_of_row(row) for row in stored.values()])
        put_prepared(self.connection, made, self.maker)
        self.packed |= self._made([self.given[one] for one in unknown - kept.keys() - made.keys() if one in self.given])
        ready = kept | made | {one: self.packed[one] for one in ids if one in self.packed}
        return {one: unpack(content) for one, content in ready.items()}

    def _made(self, letters: Sequence[Letter]) -> dict[str, bytes]:
        return {profile.letter.id: pack(profile) for profile in self.analyser.profiles(letters)}

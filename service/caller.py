"""Who calls, and what that role may see."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

from service.queries.letters import Sight

Role = Literal["clerk", "supervisor", "discipline", "analyst", "admin", "integrator"]
ROLES: tuple[Role, ...] = get_args(Role)
READERS: frozenset[Role] = frozenset({"clerk", "supervisor", "discipline", "admin", "integrator"})
OFFICE: frozenset[Role] = frozenset({"clerk", "supervisor", "discipline", "admin"})
# Who works at the pages: the office, and who trains its models.
STAFF: frozenset[Role] = OFFICE | {"analyst"}
AUDITORS: frozenset[Role] = frozenset({"admin", "discipline"})
ANALYSTS: frozenset[Role] = frozenset({"analyst", "admin"})
UNMASKERS: frozenset[Role] = frozenset({"clerk", "supervisor", "discipline"})
DISCIPLINE: frozenset[Role] = frozenset({"discipline"})
RESTRICTERS: frozenset[Role] = frozenset({"clerk", "supervisor", "discipline"})
ADMINS: frozenset[Role] = frozenset({"admin"})
JUDGES: frozenset[Role] = ANALYSTS | {"supervisor", "discipline"}
# Who sees figures: an analyst sees no letter, but may know how many there are and what became of suggestions.
COUNTERS: frozenset[Role] = OFFICE | {"analyst"}
EVERYBODY: frozenset[Role] = frozenset(ROLES)


@dataclass(frozen=True, slots=True)
class Caller:
    """A person or system that was let in; with a unit or regions, for the letters of these only.

    `marks` are the hashes by which letters that accuse the caller are known. `beside` is a matter that the unit had
    until this call: its answer still shows it.
    """

    name: str
    role: Role
    unit: str | None = None
    regions: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()
    beside: str | None = None

    @property
    def sight(self) -> Sight:
        """Return which letters this caller may know of."""
        if self.role == "integrator":
            return Sight(restricted=True, owner=self.name, regions=self.regions, unit=self.unit)
        return Sight(self.role == "discipline", None, self.regions, self.unit, self.marks, self.beside)

    @property
    def insight(self) -> Sight:
        """Return which letters this caller may read; nobody but discipline reads an accusation."""
        return replace(self.sight, restricted=self.role == "discipline")

    def reads(self, restricted: bool) -> bool:
        """Say whether the caller may read a letter that it may know of."""
        return not restricted or self.role == "discipline"

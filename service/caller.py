"""Who calls, and what that role may see."""

from dataclasses import dataclass
from typing import Literal, get_args

from service.queries.letters import Sight

Role = Literal["clerk", "supervisor", "discipline", "analyst", "admin", "integrator"]
ROLES: tuple[Role, ...] = get_args(Role)
READERS: frozenset[Role] = frozenset({"clerk", "supervisor", "discipline", "admin", "integrator"})
OFFICE: frozenset[Role] = frozenset({"clerk", "supervisor", "discipline", "admin"})
AUDITORS: frozenset[Role] = frozenset({"admin", "discipline"})
ANALYSTS: frozenset[Role] = frozenset({"analyst", "admin"})
EVERYBODY: frozenset[Role] = frozenset(ROLES)


@dataclass(frozen=True, slots=True)
class Caller:
    """A person or system that was let in."""

    name: str
    role: Role

    @property
    def sight(self) -> Sight:
        """Return which letters this caller may see."""
        if self.role == "integrator":
            return Sight(restricted=True, owner=self.name)
        return Sight(restricted=self.role == "discipline")

    def reads(self, restricted: bool) -> bool:
        """Say whether the caller may read what a letter says: nobody but discipline reads an accusation."""
        return not restricted or self.role == "discipline"

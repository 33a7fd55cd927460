"""Finds personal data in texts: numbers of persons, phones and cards, and whatever the fields of a letter tell.

The text is searched in half-width signs; every rule looks at a bounded piece of it, so that time grows with its length.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from stdnum import luhn
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from model.words.tables import table
from service.known import Forms, Kind, narrow
from service.quotes import compiled

# Says by a number and what stands before and after it whether it is one of a person.
_Accepts = Callable[[str, str, str], bool]
_BEFORE = 24
_KEPT_FIRST, _KEPT_LAST, _SHORTEST = 3, 4, 11
_DIGIT = re.compile("[0-9]")
_PROVINCES = "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]"
_GAP, _PAUSE = "[ -]{0,3}", "[ -]{1,3}"


def _number(build: str, after: str = "0-9") -> re.Pattern[str]:
    """Compile the build of a number: # is a digit, ~ a space or dash that may be missing, + one that is there."""
    spelt = build.replace("#", "[0-9]").replace("~", _GAP).replace("+", _PAUSE)
    return re.compile(f"(?<![0-9.])(?:{spelt})(?![.][0-9]|[{after}])")


_IDENTITY = _number("[1-9](?:~#){16}~[0-9Xx]", after="0-9A-Za-z")
_OLD_IDENTITY = _number(f"(?:{_PROVINCES})#{{4}}~#{{6}}~#{{3}}", after="0-9A-Za-z")
_CARD = _number("[3-9]#{3}(?:~#{4}){3}(?:~#{1,3})?|[3-9]#{5}+#{10,13}")
_COUNTRY = r"(?:\x2b?(?:00)?86~)?"
_MOBILE = _number(
    f"{_COUNTRY}1(?:[3-9]#(?:~#{{4}}){{2}}|[3-9]#+#{{3}}+#{{5}}|[3-9]#{{2}}+#{{3}}+#{{4}}|[3-9]#{{2}}+#{{4}}+#{{3}}"
    "|[3-9]#{3}+#{6}|+[3-9](?:+#){9})"
)
_LANDLINE = _number(rf"{_COUNTRY}\(?0(?:10|2#|[3-9]#{{2}})\)?~[2-8]#{{2,3}}~#{{4}}")
_LOCAL = _number("(?<!-)[2-8]#{2,3}~#{4}", after="0-9-")


@dataclass(frozen=True, slots=True)
class Found:
    """A place in a text that holds personal data; `kept` is how many signs at its beginning may be read."""

    start: int
    end: int
    kind: Kind
    kept: int = 1


def find_personal(text: str, forms: Forms) -> list[Found]:
    """Return where personal data stand in a text, in order and apart from each other.

    Numbers are told by their build and check digits, all else by the forms of what the fields of the letter tell.
    """
    plain = narrow(text)
    found = [Found(*place) for place in forms.places(plain)]
    covered = bytearray(len(plain))
    for place in found:
        covered[place.start : place.end] = b"\1" * (place.end - place.start)
    if _DIGIT.search(plain):
        found += _numbers(plain, covered)
    found += [Found(*match.span(), "number") for match in _spelt().finditer(plain)]
    return sorted(found, key=lambda place: place.start)


def hide(text: str, found: Iterable[Found]) -> str:
    """Return a text of the same length in which the places are masked: 张**, 138****0000."""
    signs = list(text)
    for place in found:
        signs[place.start : place.end] = _hidden(text[place.start : place.end], place)
    return "".join(signs)


def _hidden(part: str, place: Found) -> Iterator[str]:
    if place.kind != "number":
        yield from (sign if i < place.kept or sign.isspace() else "*" for i, sign in enumerate(part))
        return
    digits = [i for i, sign in enumerate(part) if sign.isalnum()]
    kept = {*digits[:_KEPT_FIRST], *digits[-_KEPT_LAST:]} if len(digits) >= _SHORTEST else set()
    yield from ("*" if sign.isalnum() and i not in kept else sign for i, sign in enumerate(part))


def _numbers(plain: str, covered: bytearray) -> Iterator[Found]:
    """Yield the numbers of persons in what is not covered yet, the surest kinds first."""
    for pattern, accepts in _rules():
        for match in pattern.finditer(plain):
            start, end = match.span()
            before, after = plain[max(0, start - _BEFORE) : start], plain[end : end + 3]
            if not any(covered[start:end]) and accepts(match[0], before, after):
                covered[start:end] = b"\1" * (end - start)
                yield Found(start, end, "number")


@cache
def _rules() -> Sequence[tuple[re.Pattern[str], _Accepts]]:
    content = table("personal")
    said = {name: compiled(expression) for name, expression in content["before"].items()}
    counts = compiled(content["after"])

    def is_identity(number: str, before: str, _after: str) -> bool:
        plain = _digits(number)
        return bool(said["identity"].search(before)) or (_born(plain) and plain[-1] == ric.calc_check_digit(plain))

    def is_old(number: str, before: str, _after: str) -> bool:
        plain = _digits(number)
        return not said["document"].search(before) and _born(f"{plain[:6]}19{plain[6:]}")

    def is_card(number: str, before: str, after: str) -> bool:
        if said["card"].search(before):
            return True
        return not (said["document"].search(before) or counts.match(after)) and luhn.is_valid(_digits(number))

    def is_phone(_number: str, before: str, after: str) -> bool:
        return not (said["document"].search(before) or counts.match(after))

    def is_local(_number: str, before: str, after: str) -> bool:
        return bool(said["phone"].search(before)) and not counts.match(after)

    return (
        (_IDENTITY, is_identity),
        (_CARD, is_card),
        (_OLD_IDENTITY, is_old),
        (_MOBILE, is_phone),
        (_LANDLINE, is_phone),
        (_LOCAL, is_local),
    )


@cache
def _spelt() -> re.Pattern[str]:
    return compiled(table("personal")["spelt"])


def _digits(number: str) -> str:
    return "".join(sign for sign in number if sign.isalnum()).upper()


def _born(number: str) -> bool:
    """Say whether an identity number begins with a province and holds a day of birth."""
    try:
        return bool(re.match(_PROVINCES, number)) and 1900 <= ric.get_birth_date(number).year <= 2100
    except ValidationError:
        return False

"""What holds for a letter: what the model said, and over it what people said; pure functions.

What people said is a mapping of `category` ({"code", "level2"}), `group_visit` (a level), `purpose` and `route`; a
field that nobody spoke of is not in it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from model.purpose import route_of_codes
from model.taxonomy import Taxonomy

FIELDS = ("category", "group_visit", "purpose", "route")
SURE = 1.0

Review = Literal["pending", "accepted", "corrected"]
Said = Mapping[str, Any]


def standing(steps: Iterable[Said]) -> dict[str, Any]:
    """Return what stands after corrections, oldest first; null in one takes back what was said before."""
    merged: dict[str, Any] = {}
    for step in steps:
        merged |= step
    return {name: value for name, value in merged.items() if value is not None}


def said_by(analysis: Said) -> dict[str, Any]:
    """Return what an analysis says, in the shape of corrections; None for a part that it lacks."""
    category, visit = analysis["category"], analysis["group_visit"]
    below = category["level2"] if category else None
    return {
        "category": {"code": category["code"], "level2": below["code"] if below else None} if category else None,
        "group_visit": visit["level"] if visit else None,
        "purpose": analysis["purpose"],
        "route": analysis["route"],
    }


def applied(automatic: Said, said: Said, taxonomy: Taxonomy | None) -> dict[str, Any]:
    """Return the analysis that holds; the route follows category and purpose unless a person named it."""
    analysis = dict(automatic)
    if "category" in said and taxonomy is not None:
        analysis["category"] = _category(automatic["category"], said["category"], taxonomy)
    if "group_visit" in said:
        analysis["group_visit"] = {**(automatic["group_visit"] or NO_VISIT), "level": said["group_visit"]}
    analysis["purpose"] = said.get("purpose", automatic["purpose"])
    changed = said_by(analysis)
    if changed != said_by(automatic) and changed["category"] and taxonomy is not None:
        code, below = changed["category"]["code"], changed["category"]["level2"]
        follows = code in taxonomy.by_code and any(
            changed[name] != said_by(automatic)[name] for name in ("category", "purpose")
        )
        if follows:
            analysis["route"] = route_of_codes(analysis["purpose"], code, below, taxonomy)
    analysis["route"] = said.get("route", analysis["route"])
    return analysis


NO_VISIT: Mapping[str, Any] = {"level": "none", "score": 0.0, "people": None, "reasons": []}


def review_of(automatic: Said, analysis: Said, said: Said) -> Review:
    """Say whether people corrected a letter, or judged it and found it right."""
    if said_by(automatic) != said_by(analysis):
        return "corrected"
    judged = "category" in said or (automatic["category"] is None and bool(said))
    return "accepted" if judged else "pending"


def columns_of(automatic: Said, analysis: Said, said: Said) -> dict[str, Any]:
    """Return the columns of a letter that follow from what holds for it."""
    category, visit = analysis["category"], analysis["group_visit"]
    review = review_of(automatic, analysis, said)
    return {
        "analysis": analysis,
        "automatic": automatic if review == "corrected" else None,
        "category": category["code"] if category else None,
        "class_code": category["level2"]["code"] if category and category["level2"] else None,
        "visit_level": visit["level"] if visit else None,
        "needs_review": category["needs_review"] if category else True,
        "review": review,
    }


def accuses(analysis: Said) -> bool:
    """Say whether an analysis makes an accusation of a letter."""
    category = analysis["category"]
    return analysis["purpose"] == "accusation" or (category is not None and category["code"] == "discipline")


def _category(automatic: Said | None, choice: Said, taxonomy: Taxonomy) -> Said:
    """Return a category that a person named; what spoke for another one does not speak for it."""
    before = automatic or {"code": None, "alternatives": [], "also": [], "evidence": [], "rest": 0.0, "scores": None}
    code, below = choice["code"], choice["level2"]
    if said_by({"category": automatic, "group_visit": None, "purpose": None, "route": None})["category"] == choice:
        return automatic or {}
    same = before["code"] == code
    others = [_scored(automatic), *before["alternatives"]] if automatic and not same else before["alternatives"]
    return {
        "code": code,
        "name": taxonomy.by_code[code].name if code in taxonomy.by_code else code,
        "confidence": SURE,
        "needs_review": False,
        "review_reasons": [],
        "level2": _below(below, taxonomy) if below else None,
        "alternatives": [one for one in others if one["code"] != code],
        "also": [one for one in before["also"] if one["code"] != code],
        "evidence": before["evidence"] if same else [],
        "rest": before["rest"] if same else 0.0,
        "scores": before["scores"],
    }


def _below(code: str, taxonomy: Taxonomy) -> Said:
    code = taxonomy.current(code)
    entry = taxonomy.classes_by_code.get(code)
    return {"code": code, "name": entry.name if entry else code, "confidence": SURE}


def _scored(category: Said) -> Said:
    return {name: category[name] for name in ("code", "name", "confidence")}

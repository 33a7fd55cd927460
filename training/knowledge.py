"""Knowledge that is no letter: the taxonomy's names, topics and definitions, read as short texts."""

from collections.abc import Iterator

from model.records import Letter
from model.taxonomy import Taxonomy
from training.corpus import Example


def knowledge_of(taxonomy: Taxonomy) -> Iterator[Example]:
    """Yield one text for every level-2 class, made of its name, topics and definition."""
    for category in taxonomy.categories:
        for entry in category.classes:
            text = " ".join([category.name, entry.name, *entry.topics, entry.definition])
            yield Example(Letter(id=f"taxonomy:{entry.code}", body=text), entry.code)

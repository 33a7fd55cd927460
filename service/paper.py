"""Letters that the office sends, as Word documents."""

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TITLE_SIZE, _TEXT_SIZE = Pt(22), Pt(16)
# More is refused among the properties of a file.
_LONGEST_PROPERTY = 255


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on a paper, from top to bottom."""

    title: str
    number: str
    greeting: str
    lines: Sequence[str]
    unit: str
    date: str
    font: str
    made_at: datetime


def plain(text: str) -> str:
    """Return a text of somebody else on one line, without signs that control anything."""
    kept = (sign for sign in text if sign.isspace() or not unicodedata.category(sign).startswith("C"))
    return " ".join("".join(kept).split())


def document_of(sheet: Sheet) -> bytes:
    """Return a paper as a docx file."""
    paper = Document()
    style = paper.styles["Normal"]
    style.font.name, style.font.size = sheet.font, _TEXT_SIZE
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), sheet.font)
    paper.core_properties.author = sheet.unit[:_LONGEST_PROPERTY]
    paper.core_properties.title = sheet.title
    paper.core_properties.comments = ""
    paper.core_properties.created = sheet.made_at.replace(tzinfo=None)
    _add(paper, sheet.title, WD_ALIGN_PARAGRAPH.CENTER).runs[0].font.size = _TITLE_SIZE
    _add(paper, sheet.number, WD_ALIGN_PARAGRAPH.RIGHT)
    _add(paper, sheet.greeting)
    for line in sheet.lines:
        _add(paper, line).paragraph_format.first_line_indent = 2 * _TEXT_SIZE
    for line in (sheet.unit, sheet.date):
        _add(paper, line, WD_ALIGN_PARAGRAPH.RIGHT)
    file = io.BytesIO()
    paper.save(file)
    return file.getvalue()


def _add(paper: Paper, text: str, alignment: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.LEFT) -> Paragraph:
    paragraph = paper.add_paragraph(text)
    paragraph.alignment = alignment
    return paragraph

"""How papers of reports look: fonts by their styles, page numbers, and lines as offices write them."""

import io
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt, RGBColor
from docx.text.paragraph import Paragraph

from service.paper import plain
from service.report_rows import unit_of
from service.schemas.reports import ReportOut
from service.texts import text

TITLE, HEADING, TEXT, SMALL = "Title", "Heading 1", "Normal", "Caption"
BLACK = RGBColor(0, 0, 0)
CENTER, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
# Nothing longer is taken for a property of a file.
LONGEST_PROPERTY = 255


def new_paper(report: ReportOut, title: str, size: Length, heading: Length) -> Paper:
    """Return an empty paper of A4 whose text has a size, in the fonts of the office, with numbers on its pages."""
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    for name, font, height in (
        (TITLE, "report.font_title", Pt(22)),
        (HEADING, "report.font_title", heading),
        (TEXT, "report.font", size),
        (SMALL, "report.font", Pt(9)),
    ):
        _set(paper.styles[name], text(font), height)
    paper.styles[TITLE].paragraph_format.alignment = CENTER
    paper.styles[TITLE].paragraph_format.space_after = size
    facts = paper.core_properties
    facts.author, facts.title, facts.comments = unit_of(report)[:LONGEST_PROPERTY], title, ""
    facts.created = report.made_at.replace(tzinfo=None)
    _number_pages(section.footer.paragraphs[0])
    return paper


def _set(style: Any, font: str, size: Length) -> None:
    """Give a style a font for all scripts: a theme would outweigh it for Chinese."""
    style.font.size, style.font.bold, style.font.italic, style.font.color.rgb = size, False, False, BLACK
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), font)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    for border in style.element.findall(".//" + qn("w:pBdr")):
        border.getparent().remove(border)


def _number_pages(paragraph: Paragraph) -> None:
    paragraph.alignment = CENTER
    before, after = text("report.page_number").split("{number}")
    paragraph.add_run(before)
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), "PAGE")
    paragraph._p.append(number)
    paragraph.add_run(after)


def add(paper: Paper, line: str, style: str = TEXT, alignment: WD_ALIGN_PARAGRAPH | None = None) -> Paragraph:
    """Add a line to a paper."""
    paragraph = paper.add_paragraph(plain(line), style)
    if alignment is not None:
        paragraph.alignment = alignment
    return paragraph


def say(paper: Paper, line: str, size: Length, spacing: Length) -> Paragraph:
    """Add a sentence to a paper, indented by two signs of its size, in lines of a height."""
    paragraph = add(paper, line)
    paragraph.paragraph_format.first_line_indent = 2 * size
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    paragraph.paragraph_format.line_spacing = spacing
    return paragraph


def content_of(paper: Paper) -> bytes:
    """Return a paper as a docx file."""
    file = io.BytesIO()
    paper.save(file)
    return file.getvalue()

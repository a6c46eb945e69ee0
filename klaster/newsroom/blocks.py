"""What a page's body is made of. Each block is drawn by its own template and escapes what people typed."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Page

from klaster.newsroom import destinations

# Headings, pictures and tables are blocks of their own, so that their order and their words can be checked.
TEXT_FEATURES = ["bold", "italic", "link", "document-link", "ol", "ul"]


class Heading(blocks.CharBlock):
    """The title of a section (h2)."""

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "newsroom/blocks/heading.html"
        max_length = 120


class Subheading(blocks.CharBlock):
    """The title of a part of a section (h3)."""

    class Meta:
        icon = "title"
        label = _("Subheading")
        template = "newsroom/blocks/subheading.html"


class Paragraph(blocks.RichTextBlock):
    class Meta:
        icon = "pilcrow"
        label = _("Text")
        template = "newsroom/blocks/paragraph.html"


class Quote(blocks.StructBlock):
    text = blocks.TextBlock(label=_("What was said"))
    who = blocks.CharBlock(label=_("Who said it"), help_text=_("Name and office."))

    class Meta:
        icon = "openquote"
        label = _("Quote")
        template = "newsroom/blocks/quote.html"


class PictureBlock(blocks.StructBlock):
    """Its alternative text comes with the picture, in the reader's language."""

    picture = ImageChooserBlock(label=_("Picture"))
    caption = blocks.CharBlock(label=_("Caption"), required=False)

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "newsroom/blocks/picture.html"


class DocumentList(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), required=False)
    documents = blocks.ListBlock(DocumentChooserBlock(label=_("Document")), label=_("Documents"), min_num=1)

    class Meta:
        icon = "doc-full"
        label = _("Documents")
        template = "newsroom/blocks/documents.html"


class LinkValue(blocks.StructValue):
    @cached_property
    def page(self) -> Page | None:
        """The linked page in the reader's language, if everybody may read it."""
        page = self.get("page")
        page = page.localized if page else None
        return page if page and Page.objects.live().public().filter(pk=page.pk).exists() else None

    @property
    def target(self) -> str:
        if self.page:
            return self.page.url or ""
        part = self.get("part")
        return (destinations.address(part) if part else self.get("address")) or ""

    @property
    def words(self) -> str:
        part = self.get("part") or ""
        return self.get("title") or (self.page.title if self.page else destinations.title(part))


class LinkBlock(blocks.StructBlock):
    """To a page, to a part of this site, or elsewhere. Only http and https lead out."""

    page = blocks.PageChooserBlock(label=_("Page"), required=False)
    part = blocks.ChoiceBlock(label=_("Part of the site"), choices=destinations.choices, required=False)
    address = blocks.URLBlock(label=_("Address"), required=False, validators=[URLValidator(schemes=["http", "https"])])
    title = blocks.CharBlock(label=_("Words of the link"), required=False)
    note = blocks.CharBlock(label=_("Note"), required=False)

    class Meta:
        icon = "link"
        label = _("Link")
        value_class = LinkValue

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if sum(bool(value.get(place)) for place in ("page", "part", "address")) != 1:
            message = ValidationError(_("Choose a page, a part of the site or an address: exactly one of them."))
            raise blocks.StructBlockValidationError(block_errors={"page": message})
        if value.get("address") and not value.get("title"):
            message = ValidationError(_("Write the words of the link: an address says little to a reader."))
            raise blocks.StructBlockValidationError(block_errors={"title": message})
        return value


class LinkList(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), required=False)
    links = blocks.ListBlock(LinkBlock(), label=_("Links"), min_num=1)

    class Meta:
        icon = "link"
        label = _("Links")
        template = "newsroom/blocks/links.html"


class FigureBlock(blocks.StructBlock):
    """One number, what it counts, as of when and who says so: a number without these is not shown."""

    number = blocks.CharBlock(label=_("Number"), max_length=20, help_text=_("With its unit: 57, 33 %, 2 405 122 EUR."))
    words = blocks.CharBlock(label=_("What it counts"), max_length=150)
    as_of = blocks.CharBlock(label=_("As of"), max_length=60)
    source = blocks.CharBlock(label=_("Source"), max_length=150)
    address = blocks.URLBlock(
        label=_("Address of the source"), required=False, validators=[URLValidator(schemes=["http", "https"])]
    )

    class Meta:
        icon = "order"
        label = _("Figure")


class FigureRow(blocks.StructBlock):
    """Up to four figures side by side."""

    figures = blocks.ListBlock(FigureBlock(), label=_("Figures"), min_num=1, max_num=4)

    class Meta:
        icon = "order"
        label = _("Figures")
        template = "newsroom/blocks/figures.html"


class TableValue(blocks.StructValue):
    @cached_property
    def lines(self) -> list[list[str]]:
        return read_cells(self.get("cells") or "")

    @property
    def head(self) -> list[str]:
        return self.lines[0]

    @property
    def rows(self) -> list[list[tuple[str, str]]]:
        """Each cell with the head of its column: on a phone the table becomes a list."""
        return [list(zip(self.head, line, strict=True)) for line in self.lines[1:]]


class TableBlock(blocks.StructBlock):
    """A small table, pasted from a spreadsheet or typed; works without script and in translation."""

    caption = blocks.CharBlock(label=_("What the table shows"), max_length=150)
    cells = blocks.TextBlock(
        label=_("Cells"),
        rows=8,
        help_text=_(
            "Paste from a spreadsheet, or write one row a line with | between the cells. The first row is the head."
        ),
    )
    source = blocks.CharBlock(label=_("Source"), max_length=150, required=False)

    class Meta:
        icon = "table"
        label = _("Table")
        template = "newsroom/blocks/table.html"
        value_class = TableValue

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        lines = read_cells(value.get("cells") or "")
        problem = None
        if len(lines) < 2:
            problem = _("A table has a head and at least one row.")
        elif len({len(line) for line in lines}) > 1:
            problem = _("Every row needs as many cells as the head.")
        if problem:
            raise blocks.StructBlockValidationError(block_errors={"cells": ValidationError(problem)})
        return value


def read_cells(text: str) -> list[list[str]]:
    """Rows of a table typed with tabs (as a spreadsheet pastes them) or with | between cells."""
    delimiter = "\t" if "\t" in text else "|"
    return [[cell.strip() for cell in line.split(delimiter)] for line in text.splitlines() if line.strip()]


class BodyBlock(blocks.StreamBlock):
    """The blocks of a page in their order, which is also the outline that screen readers read out."""

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        for number, block in enumerate(value):
            if block.block_type == "heading":
                break
            if block.block_type == "subheading":
                problem = ValidationError(_("A subheading stands under a heading: make this one a heading."))
                raise blocks.StreamBlockValidationError(block_errors={number: problem})
        return value


TEXT_BLOCKS: list[tuple[str, blocks.Block]] = [
    ("heading", Heading()),
    ("subheading", Subheading()),
    ("paragraph", Paragraph(features=TEXT_FEATURES)),
    ("quote", Quote()),
    ("picture", PictureBlock()),
    ("figures", FigureRow()),
    ("table", TableBlock()),
    ("documents", DocumentList()),
    ("links", LinkList()),
]

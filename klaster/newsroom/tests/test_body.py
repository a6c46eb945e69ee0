"""The outline of a page's body."""

import pytest
from wagtail.blocks import StreamBlockValidationError

from klaster.newsroom.blocks import TEXT_BLOCKS, BodyBlock


def body(*parts):
    block = BodyBlock(TEXT_BLOCKS)
    return block, block.to_python([{"type": kind, "value": words} for kind, words in parts])


@pytest.mark.parametrize(
    "parts",
    [
        [("paragraph", "<p>One.</p>")],
        [("heading", "One"), ("subheading", "Two")],
        [("heading", "One"), ("paragraph", "<p>One.</p>"), ("subheading", "Two"), ("subheading", "Three")],
    ],
)
def test_an_outline_without_holes_is_taken(parts):
    block, value = body(*parts)
    assert len(block.clean(value)) == len(parts)


def test_a_subheading_without_a_heading_is_refused_at_its_place():
    block, value = body(("paragraph", "<p>One.</p>"), ("subheading", "Two"), ("heading", "Three"))
    with pytest.raises(StreamBlockValidationError) as refused:
        block.clean(value)
    assert list(refused.value.block_errors) == [1]

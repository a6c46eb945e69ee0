"""Django's tags of the same name, with one difference: a sentence in `blocktranslate` that ends with a name which has
its own dot has one dot (see core/sentences.py). Whoever writes `{% load i18n %}` gets these."""

from __future__ import annotations

from django import template
from django.template import Context
from django.template.base import Parser, Token
from django.templatetags import i18n

from klaster.core.sentences import one_dot

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class SentenceNode(i18n.BlockTranslateNode):
    def render(self, context: Context, nested: bool = False) -> str:
        return one_dot(super().render(context, nested))  # what `asvar` keeps goes into a component, which does it


@register.tag("blocktranslate")
@register.tag("blocktrans")
def sentence(parser: Parser, token: Token) -> SentenceNode:
    return SentenceNode(**vars(i18n.do_block_translate(parser, token)))

"""News, and what every page that editors write is made of: its frame, its blocks, its pictures."""

from klaster.newsroom.models.articles import ArticleIndexPage, ArticlePage
from klaster.newsroom.models.pictures import Picture, Rendition
from klaster.newsroom.models.site_page import SitePage

__all__ = ["ArticleIndexPage", "ArticlePage", "Picture", "Rendition", "SitePage"]

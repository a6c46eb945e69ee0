"""The home page, standing pages, and what an editor says about the site as a whole."""

from klaster.pages.models.home import HomePage
from klaster.pages.models.network import FooterLink, MenuLink, NetworkSettings
from klaster.pages.models.standing import StandardPage

__all__ = ["FooterLink", "HomePage", "MenuLink", "NetworkSettings", "StandardPage"]

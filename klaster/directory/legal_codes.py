"""Legal-entity codes: checked where the country's rule is known, taken as typed where it is not.

python-stdnum knows the rules of many countries; Lithuania's register (nine digits) is not among them, and its check
digit is not published where we could read it, so only the form is checked. Pure: no models, no settings.
"""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import InvalidChecksum, InvalidLength
from stdnum.exceptions import ValidationError as InvalidNumber
from stdnum.util import get_cc_module

# The register number of a company, by the names python-stdnum gives it, best first.
REGISTERS = ("businessid", "orgnr", "siren", "regon")
FORMS = {"LT": (re.compile(r"\d{9}"), _("A Lithuanian legal-entity code has nine digits."))}
LONGEST = 30


def register_of(country: str) -> Any:
    """The python-stdnum module of a country's company register, if there is one."""
    modules = (get_cc_module(country.lower(), name) for name in REGISTERS)
    return next((module for module in modules if module), None) if country else None


def clean(code: str, country: str) -> str:
    """The code in its register's form, without spaces. Raises ValidationError on `legal_code` with the reason.

    `country` is an ISO 3166-1 alpha-2 code or empty.
    """
    code = re.sub(r"\s+", "", code)
    if not code:
        return ""
    if country in FORMS:
        pattern, message = FORMS[country]
        if not pattern.fullmatch(code):
            raise ValidationError({"legal_code": message})
        return code
    if register := register_of(country):
        try:
            return str(register.validate(code))
        except InvalidLength as error:
            raise ValidationError({"legal_code": _("The code has the wrong number of characters.")}) from error
        except InvalidChecksum as error:
            raise ValidationError({"legal_code": _("The check digit is wrong: is a digit mistyped?")}) from error
        except InvalidNumber as error:
            raise ValidationError({"legal_code": _("This is not a code of this country's register.")}) from error
    if len(code) > LONGEST or not re.fullmatch(r"[\w./-]+", code):
        raise ValidationError({"legal_code": _("Write only letters, digits, dots, slashes and hyphens.")})
    return code

"""Screens of the office for plain tables: one declaration a table, the rest is here.

    @office.register
    class Clusters(office.Table):
        model = Cluster
        list_display = ["name", "main_sector", "status"]
        list_select_related = ["main_sector"]
        filters = ["status", "main_sector"]
        sections = [(_("What it is"), ["name", "summary"]), …]

Every save passes the row's own full_clean and is written down with what was before and after. Lists sort by the
alphabet of the reader. Who may not see a table gets the same answer as for one that does not exist.
"""

from klaster.core.office.bulk import RowsAction
from klaster.core.office.choosers import Chooser
from klaster.core.office.fields import CodesField, LinesField, NamesField
from klaster.core.office.filters import CountryFilter, TableFilter
from klaster.core.office.forms import TableForm
from klaster.core.office.tables import ReadOnlyTable, Table

__all__ = [
    "Chooser",
    "CodesField",
    "CountryFilter",
    "LinesField",
    "NamesField",
    "ReadOnlyTable",
    "RowsAction",
    "Table",
    "TableFilter",
    "TableForm",
]

"""What migrations say to PostgreSQL beyond tables."""

from __future__ import annotations

from django.db import migrations

REFUSE_CHANGE = """
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are written once: % is refused', tg_table_name, lower(tg_op)
    using errcode = 'insufficient_privilege';
end $$
"""


class AppendOnly(migrations.RunSQL):
    """Rows of a table are written once: nobody changes or deletes them, not even the owner.

    For a model with `ledger = True`; `grant_app_role` takes the right away from the role of the site besides.
    """

    def __init__(self, table: str):
        self.table = table
        super().__init__(
            f"create trigger written_once before update or delete on {table} "
            "for each row execute function refuse_change();"
            f"create trigger never_emptied before truncate on {table} "
            "for each statement execute function refuse_change();",
            f"drop trigger written_once on {table}; drop trigger never_emptied on {table}",
        )

    def deconstruct(self):  # type: ignore[no-untyped-def]
        return type(self).__name__, [self.table], {}

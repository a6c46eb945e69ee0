"""Tables to take away: what goes in comes out, nothing is computed, and length costs no memory."""

import csv
import datetime
import io
import tracemalloc
import zipfile
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from klaster.core import tables
from klaster.core.fields import PartialDate, Translated
from klaster.core.tables import Table

FORMULAS = ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠A", "=1;=2"]
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=40)


moment = datetime.datetime.fromisoformat


def body(answer):
    found = b"".join(answer.streaming_content)
    for close in answer._resource_closers:  # close() would end the request, and with it the database connection
        close()
    return found


def read_csv(answer):
    return list(csv.reader(io.StringIO(body(answer).decode("utf-8-sig"))))


def read_xlsx(answer):
    return load_workbook(io.BytesIO(body(answer)))


def rows_of(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_text(text):
    table = Table("T", ["a"], [[text]])
    [(cell,)] = read_csv(tables.csv_response(table))[1:2]
    assert cell.startswith("'")
    found = read_xlsx(tables.xlsx_response(table)).worksheets[0]["A2"]
    assert (found.value.replace("_x000D_", "\r"), found.data_type) == (text, "s")


@pytest.mark.parametrize("heading", FORMULAS)
def test_headings_are_text_too(heading):
    assert read_csv(tables.csv_response(Table("T", [heading], [])))[0][0].startswith("'")
    assert read_xlsx(tables.xlsx_response(Table("T", [heading], []))).worksheets[0]["A1"].data_type == "s"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("a;=1", "a;'=1"),
        ('a;"=1', "a;\"'=1"),
        ("a\n=1", "a\n'=1"),
        ("a\t -1", "a\t '-1"),
        ("a; b", "a; b"),
        ("a-1", "a-1"),
    ],
)
def test_no_cell_begins_with_a_formula_where_another_separator_cuts(text, cell):
    """A spreadsheet of a country with decimal commas cuts at semicolons, whatever the quotes say."""
    assert tables.cell(text) == cell


VALUES = [
    (-1, -1, "-1"), (-1.5, -1.5, "-1.5"), (Decimal("12.30"), 12.3, "12.30"), (0, 0, "0"),
    (10**15, str(10**15), str(10**15)), (float("nan"), "nan", "nan"),
    ("007", "007", "007"), ("", None, ""), (None, None, ""), (True, "yes", "yes"), (False, "no", "no"),
    (datetime.date(2026, 1, 31), moment("2026-01-31"), "2026-01-31"),
    (datetime.date(1410, 7, 15), "1410-07-15", "1410-07-15"),
    (moment("2026-01-31 12:30"), moment("2026-01-31 12:30"), "2026-01-31 12:30"),
    (PartialDate("2017"), "2017", "2017"), (PartialDate("2017-05"), "2017-05", "2017-05"),
    (PartialDate("2017-05-31"), moment("2017-05-31"), "2017-05-31"),
    (Translated(lt="Žuvis", en="Fish"), "Fish", "Fish"), ("https://a.test/", "https://a.test/", "https://a.test/"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "in_xlsx", "in_csv"), VALUES)
def test_numbers_are_numbers_and_days_are_days(value, in_xlsx, in_csv):
    table = Table("T", ["a", "b"], [[value, "end"]])
    assert read_csv(tables.csv_response(table))[1] == [in_csv, "end"]
    assert rows_of(read_xlsx(tables.xlsx_response(table)).worksheets[0])[1] == [in_xlsx, "end"]


def test_times_are_the_readers():
    late = datetime.datetime(2026, 1, 31, 22, 30, tzinfo=datetime.UTC)
    with timezone.override("Europe/Vilnius"):
        table = Table("T", ["a"], [[late]])
        assert read_csv(tables.csv_response(table))[1] == ["2026-02-01 00:30"]
        assert rows_of(read_xlsx(tables.xlsx_response(table)).worksheets[0])[1] == [moment("2026-02-01 00:30")]


@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3), max_size=5))
@settings(max_examples=60, deadline=None)
def test_what_goes_in_comes_out(rows):
    table = Table("T", ["a", "b", "c"], rows)
    found = rows_of(read_xlsx(tables.xlsx_response(table)).worksheets[0])[1:]
    # Rows without a word are gaps in the sheet; readers give some of them.
    assert [[value or "" for value in row] for row in found if any(row)] == [[*row] for row in rows if any(row)]
    back = [[cell.removeprefix("'") if cell[1:2] in tables.FORMULA_STARTS else cell for cell in row]
            for row in read_csv(tables.csv_response(table))[1 : len(rows) + 1]]  # fmt: skip
    assert back == [[tables.FORMULA_INSIDE.sub(r"\1\2'", text) for text in row] for row in rows]


@time_machine.travel("2026-11-22T19:40:00Z", tick=False)
def test_last_stands_what_was_filtered_and_when():
    table = Table("Clusters", ["a"], [["x"]], ["Sector: Food", "=1"], "https://klaster.test/en/clusters/?sector=food")
    said = [("Table", "Clusters"), ("Filters", "Sector: Food; =1"), ("Taken on", "2026-11-22 21:40"),
            ("Page", "https://klaster.test/en/clusters/?sector=food")]  # fmt: skip
    with timezone.override("Europe/Vilnius"):
        *_rows, empty, last = read_csv(tables.csv_response(table))
        assert (empty, last) == ([], [" · ".join(f"{name}: {value}".replace("; =", "; '=") for name, value in said)])
        book = read_xlsx(tables.xlsx_response(table))
    assert book.sheetnames == ["Clusters", "About this table"]
    found = [(name, str(value)[:16]) for name, value in rows_of(book.worksheets[1])]
    assert found == [(name, value[:16]) for name, value in said]


def test_names_of_files_and_sheets():
    table = Table("Žuvis/duona: [ir] kita, labai ilgas pavadinimas", [], [])
    answer = tables.response(table, "xlsx")
    assert answer["Content-Type"] == tables.XLSX
    assert answer["Content-Disposition"].startswith('attachment; filename="zuvisduona-ir-kita')
    assert read_xlsx(answer).sheetnames[0] == "Žuvis duona   ir  kita, lab"
    assert tables.response(table, "csv")["Content-Disposition"].endswith('.csv"')


def test_words_are_in_the_language_asked_for_even_when_the_server_reads_later():
    with override("lt"):
        answer = tables.csv_response(Table("T", ["a"], ([Translated(lt="Žuvis", en="Fish")] for _once in [1])))
    with override("en"):
        assert read_csv(answer)[1] == ["Žuvis"]


def test_rows_beyond_a_sheet_go_on_the_next(monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 4)
    book = read_xlsx(tables.xlsx_response(Table("T", ["n"], ([number] for number in range(7)))))
    assert book.sheetnames == ["T", "T 2", "T 3", "About this table"]
    assert [rows_of(sheet) for sheet in book.worksheets[:3]] == [
        [["n"], [0], [1], [2]], [["n"], [3], [4], [5]], [["n"], [6]]
    ]  # fmt: skip


def test_a_cell_holds_as_much_as_a_cell_holds():
    table = Table("T", ["a"], [["x" * 40_000]])
    value = rows_of(read_xlsx(tables.xlsx_response(table)).worksheets[0])[1][0]
    assert (len(value), value[-1]) == (tables.LONGEST_CELL, "…")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_hundred_thousand_rows_need_the_memory_of_few(ending):
    """Neither the rows nor the file are ever held: a table twenty times as long needs about as much."""

    def peak(length):
        rows = ([number, f"Įmonė {number}", "Vilnius" * 5, -number] for number in range(length))
        tracemalloc.start()
        answer = tables.response(Table("T", ["a", "b", "c", "d"], rows), ending)
        size = sum(len(chunk) for chunk in answer.streaming_content)
        for close in answer._resource_closers:
            close()
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest, size

    short, _size = peak(5_000)
    long, size = peak(100_000)
    assert size > 1_000_000
    assert long < short + 1_000_000


def test_a_file_that_could_not_be_written_leaves_none_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tables.tempfile, "tempdir", str(tmp_path))

    def rows():
        yield [1]
        raise ValueError("the database went away")

    with pytest.raises(ValueError, match="went away"):
        tables.xlsx_response(Table("T", ["a"], rows()))
    assert list(tmp_path.iterdir()) == []


def test_sheet_has_neither_formulas_nor_links():
    answer = tables.xlsx_response(Table("T", ["a"], [["=1"], ["https://a.test/"], ["file:///etc/passwd"]]))
    with zipfile.ZipFile(io.BytesIO(body(answer))) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        assert "xl/worksheets/_rels/sheet1.xml.rels" not in parts.namelist()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet

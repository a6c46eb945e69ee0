"""Tables people send: what programs of thirty years write, and what no program should."""

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st

from klaster.core import spreadsheets

FILES = Path(__file__).with_name("tables")
HEADINGS = [
    "Įmonės pavadinimas", "Įmonės kodas", "Sektorius", "Apskritis", "Narys nuo", "Apyvarta, EUR", "Svetainė",
    "El. paštas",
]  # fmt: skip
# As a person would read them: one table, saved in many ways.
ROWS = [
    HEADINGS,
    ["UAB „Šviesa ir Žemė“", "0301234567", "IRT", "Vilniaus apskritis", "2017-05-31", "1 234 567,89",
     "https://pavyzdys.lt", "info@pavyzdys.lt"],
    ['VšĮ "Ąžuolynas"', "304567890", "Kūrybinės industrijos", "Kauno apskritis", "31/05/2017", "987.654,10",
     "www.azuolynas.lt", "ne adresas"],
    ["MB Ėriukas; filialas", "", "Agroinovacijos ir maisto technologijos", "LT023", "2017 m. gegužės 31 d.", "",
     "javascript:alert(1)", "a@b.lt;c@d.lt"],
    ['=HYPERLINK("http://127.0.0.1/x","spausk")', "+37060000000", "Gamyba ir inžinerija", "Klaipėdos apskritis",
     "42886", "-5", "https://пример.test", "@SUM(A1:A9)"],
    ["UAB „Šviesa ir Žemė“", "301234567", "irt", "Vilnius", "2017-05-31", "1234567.89", "HTTPS://PAVYZDYS.LT/",
     "INFO@pavyzdys.lt"],
]  # fmt: skip


def read(data: bytes | str, **wishes) -> tuple[spreadsheets.About, list[spreadsheets.Row]]:
    data = (FILES / data).read_bytes() if isinstance(data, str) else data
    with spreadsheets.opened(data, **wishes) as table:
        return table.about, list(table.rows)


def cells(data: bytes | str, **wishes) -> list[list[str]]:
    return [row.cells for row in read(data, **wishes)[1]]


def sentence(data: bytes | str) -> str:
    with pytest.raises(ValidationError) as error:
        read(data)
    (message,) = error.value.messages
    return message


def rows_or_sentence(data: bytes) -> list[spreadsheets.Row] | str:
    try:
        return read(data)[1]
    except ValidationError as error:
        (message,) = error.messages
        return message


@pytest.mark.parametrize(
    ("name", "encoding", "separator", "first_line"),
    [
        ("01_utf8_comma.csv", "utf-8", ",", 1),
        ("02_utf8bom_semicolon_crlf.csv", "utf-8-sig", ";", 1),
        ("04_utf16le_tab_bom.csv", "utf-16", "\t", 1),
        ("05_mac_cr_only.csv", "utf-8", ",", 1),
        ("06_sep_line.csv", "utf-8", ";", 2),
        ("08_nfd_decomposed.csv", "utf-8", ",", 1),
        ("26_text_named.xlsx", "utf-8", ",", 1),
    ],
)
def test_one_table_saved_in_many_ways_is_one_table(name, encoding, separator, first_line):
    about, rows = read(name)
    assert [row.cells for row in rows] == ROWS
    assert (about.kind, about.encoding, about.separator) == ("text", encoding, separator)
    assert [row.line for row in rows] == list(range(first_line, first_line + 6))


def test_a_baltic_page_is_read_by_the_networks_language():
    about, rows = read("03_cp1257_semicolon.csv")
    latin = [[cell.replace("https://пример.test", "https://primer.test") for cell in row] for row in ROWS]
    assert about.encoding == "cp1257"
    assert [row.cells for row in rows] == latin


def test_other_networks_have_other_pages_and_a_person_may_choose(settings):
    settings.LANGUAGES = [("pl", "Polski"), ("en", "English")]
    data = "Nazwa;Kod\nŻółta Łódź;1\n".encode("cp1250")
    assert cells(data)[1] == ["Żółta Łódź", "1"]
    assert cells("Nazwa;Kod\nŠviesa;1\n".encode("cp1257"), encoding="cp1257")[1] == ["Šviesa", "1"]


def test_utf16_without_a_mark_is_seen_by_its_zeros():
    assert cells("Pavadinimas\tKodas\nUAB Šviesa\t1\n".encode("utf-16-le"))[1] == ["UAB Šviesa", "1"]
    assert cells("Pavadinimas\tKodas\nUAB Šviesa\t1\n".encode("utf-16-be"))[1] == ["UAB Šviesa", "1"]


def test_blank_rows_count_as_lines_and_ragged_ones_keep_their_cells():
    _about, rows = read("07_ragged_blank_rows.csv")
    assert [row.line for row in rows] == [3, 4, 5, 6, 7, 8, 10, 11]
    assert rows[-2].cells == ["UAB Trumpas", "1"]
    assert rows[-1].cells == ["x"] * 15


def test_headings_may_repeat_and_cells_may_stand_without_one():
    assert cells("09_duplicate_headers.csv") == [["Pavadinimas", "Pavadinimas", "Kodas"], ["A", "B", "1", "x"]]


def test_what_nobody_sees_is_taken_out():
    assert cells("10_nul_and_control.csv")[1:] == [["UAB Nulis", "1"], ["UAB Valdymas", "2"], ["UAB kodas", "3"]]


def test_a_header_alone_is_a_table_without_rows():
    assert len(cells("12_header_only.csv")) == 1


def test_a_huge_cell_is_cut_and_said():
    row = read("14_wide_field.csv")[1][1]
    assert row.cells == ["ą" * 5000, "1"]
    assert row.faults == {0: "long"}
    assert spreadsheets.FAULTS["long"] == "The cell is too long; its end was cut off."


def test_a_workbook_gives_days_numbers_and_visible_sheets_only():
    about, rows = read("20_mixed_types_hidden_merged.xlsx")
    assert (about.sheets, about.hidden) == (["Nariai"], ["Paslėpta"])
    assert rows[1].cells[1] == "301234567"
    assert rows[1].cells[4:6] == ["2017-05-31", "1234567.89"]
    assert rows[4].faults == {0: "formula"}
    assert rows[6].cells == ["", "", "sujungta"]


def test_a_hidden_sheet_cannot_be_asked_for():
    assert read("20_mixed_types_hidden_merged.xlsx", sheet="Paslėpta")[0].sheet == "Nariai"


def test_days_counted_from_1904_are_the_same_days():
    assert cells("21_epoch1904.xlsx") == [["Narys nuo"], ["2017-05-31"]]


def test_a_table_may_begin_further_down():
    _about, rows = read("23_header_not_in_first_row.xlsx")
    assert [row.line for row in rows] == [1, 3, 4, 5, 6, 7, 8]
    assert rows[1].cells == ["", "", *HEADINGS]


def test_errors_and_formulas_nobody_computed_are_told_from_empty_cells():
    _about, rows = read("24_formulas_and_errors_no_cache.xlsx")
    assert [row.faults for row in rows] == [{}, {1: "formula"}, {1: "formula"}, {1: "error"}]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("11_unclosed_quote.csv", "A quotation mark in line 2 is never closed: everything after it would be one cell."),
        ("13_empty.csv", "The file is empty."),
        ("15_html_named.xls", "This is a web page under the name of a table. "
         "Open it in a spreadsheet program and save it as XLSX or CSV."),
        ("22_far_cell_dimension.xlsx", "Something stands in cell XFD1048576, far outside the table. "
         "Clear what is beyond the table and try again."),
        ("25_truncated.xlsx", "The file is damaged. Save it anew and try again."),
        ("27_xlsx_dtd_and_traversal.xlsx", "The file is damaged. Save it anew and try again."),
        ("28_ratio_1000_20MiB.zip", "The file would unpack to far too much."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_gets_one_sentence(name, said, in_english):
    assert sentence(name) == said


def test_every_file_of_the_collection_gives_rows_or_a_sentence():
    for file in sorted(FILES.glob("[0-9]*")):
        assert rows_or_sentence(file.read_bytes())


def workbook(fill) -> bytes:
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output)
    fill(book)
    book.close()
    return output.getvalue()


def test_a_value_merged_over_lines_is_that_of_each_line_with_words():
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Apskritis", "Pavadinimas"])
        sheet.merge_range("A2:A4", "Kauno apskritis")
        sheet.write_column(1, 1, ["UAB A", "UAB B"])

    assert cells(workbook(fill)) == [
        ["Apskritis", "Pavadinimas"],
        ["Kauno apskritis", "UAB A"],
        ["Kauno apskritis", "UAB B"],
    ]


def test_the_first_visible_sheet_with_words_is_read_or_the_one_asked_for():
    def fill(book):
        book.add_worksheet("Tuščias")
        book.add_worksheet("Nariai").write(4, 2, "Pavadinimas")
        book.add_worksheet("Kiti").write(0, 0, "Kiti")

    about, rows = read(workbook(fill))
    assert (about.sheet, about.sheets) == ("Nariai", ["Tuščias", "Nariai", "Kiti"])
    assert [(row.line, row.cells) for row in rows] == [(5, ["", "", "Pavadinimas"])]
    assert cells(workbook(fill), sheet="Kiti") == [["Kiti"]]


def test_computed_formulas_are_read_by_their_result():
    def fill(book):
        book.add_worksheet().write_formula(0, 0, '="UAB "&"A"', None, "UAB A")

    assert cells(workbook(fill)) == [["UAB A"]]


def test_styled_but_empty_cells_far_below_do_not_matter():
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write(0, 0, "Pavadinimas")
        sheet.write_blank(1_048_575, 0, None, book.add_format({"bold": True}))

    assert cells(workbook(fill)) == [["Pavadinimas"]]


def test_macros_passwords_and_definitions_are_refused(in_english):
    macros = io.BytesIO(workbook(lambda book: book.add_worksheet().write(0, 0, "x")))
    with zipfile.ZipFile(macros, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    assert sentence(macros.getvalue()) == "The file holds macros. Save it without them."
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    assert sentence(locked) == "The file is protected by a password. Send it without one."
    entities = io.BytesIO()
    with zipfile.ZipFile(entities, "w") as archive:
        archive.writestr("xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><workbook/>')
    words = "The file holds definitions that no spreadsheet program writes. Save it anew and try again."
    assert sentence(entities.getvalue()) == words


def test_open_document_sheets_are_read_too():
    content = (
        '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        '<table:table table:name="Nariai"><table:table-row><table:table-cell office:value-type="string"><text:p>'
        'Šviesa</text:p></table:table-cell><table:table-cell office:value-type="date" office:date-value="2017-05-31">'
        "<text:p>31.05.17</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    manifest = '<?xml version="1.0"?><manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    assert cells(output.getvalue()) == [["Šviesa", "2017-05-31"]]


# How these were made. The same small workbook, a hidden sheet before the one that is read, was written with xlsxwriter
# and saved by LibreOffice 7.4 as XLS and as ODS, both without a password and with one; msoffcrypto-tool 6 put the XLSX
# under a password. No free program writes XLSB: tables/make_xlsb.py wrote it record by record, and LibreOffice and
# pyxlsb read it. What Excel itself writes was not at hand.
MEMBERS = [
    ["Įmonės pavadinimas", "Įmonės kodas", "Narys nuo", "Apyvarta, EUR", "Klaida"],
    ["UAB „Šviesa ir Žemė“", "0301234567", "2017-05-31", "1234567.89"],
    ["VšĮ „Ąžuolynas“", "304567890", "2019-01-02", "43"],
    ["MB Ėriukas; filialas", "", "", "TRUE"],
]


@pytest.mark.parametrize("name", ["30_excel97.xls", "31_open_document.ods", "32_binary.xlsb"])
def test_old_binary_and_open_workbooks_give_the_same_rows(name):
    """A cell that shows an error is empty in these kinds: the parser does not tell it apart."""
    about, rows = read(name)
    assert [row.cells for row in rows] == MEMBERS
    assert [row.line for row in rows] == [1, 2, 3, 5]
    assert (about.kind, about.sheet, about.sheets, about.hidden) == ("workbook", "Nariai", ["Nariai"], ["Slapta"])


@pytest.mark.parametrize("name", ["33_password.xlsx", "34_password.xls", "35_password.ods"])
@pytest.mark.parametrize(("language", "said"), [
    ("en", "The file is protected by a password. Send it without one."),
    ("lt", "Failas apsaugotas slaptažodžiu. Siųskite be jo."),
])  # fmt: skip
def test_workbooks_under_a_password_are_told_from_damaged_ones(name, language, said):
    with override(language):
        assert sentence(name) == said


@pytest.mark.parametrize("name", ["30_excel97.xls", "31_open_document.ods", "32_binary.xlsb", "33_password.xlsx"])
def test_half_of_such_a_workbook_gets_a_sentence(name):
    data = (FILES / name).read_bytes()
    assert isinstance(rows_or_sentence(data[: len(data) // 2]), str)


def test_pictures_and_noise_are_no_tables(in_english):
    words = "This is not a table we can read: save it as XLSX or CSV."
    assert sentence(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20) == words


def test_more_rows_than_may_be_are_refused_and_a_look_at_the_head_is_not(monkeypatch, in_english):
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 3)
    data = b"Name\n" + b"a\n" * 10
    assert sentence(data) == "The table has more than 3 rows. Send it in parts."
    assert len(cells(data, head=3)) == 3


def test_a_reader_that_was_killed_half_way_never_passes_for_the_whole_table():
    output = io.BytesIO(b'[1, ["a"], {}]\n[2, ["b"')
    with pytest.raises(ValidationError):
        list(spreadsheets.rows(output))


def test_columns_have_the_letters_of_spreadsheet_programs():
    assert [spreadsheets.letters_of(column) for column in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@pytest.mark.slow
@settings_of(deadline=None)  # each example is a process
@given(data=st.binary(min_size=1, max_size=300))
def test_any_bytes_give_rows_or_a_sentence(data):
    assert rows_or_sentence(data) is not None

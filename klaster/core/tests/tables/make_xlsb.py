"""Writes a tiny XLSB (Excel's binary workbook, [MS-XLSB]) record by record: no free program writes one.

python make_xlsb.py 32_binary.xlsb
"""

import struct
import sys
import zipfile


def record(kind: int, body: bytes = b"") -> bytes:
    """A record: its number and its length in groups of seven bits, then what it says."""
    number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = len(body), b""
    while True:
        size, part = size >> 7, size & 0x7F
        length += bytes([part | 0x80 if size else part])
        if not size:
            return number + length + body


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def cell(column: int, style: int = 0) -> bytes:
    return struct.pack("<II", column, style)


def sheet(rows: list[list[object]], width: int) -> bytes:
    said = record(129) + record(148, struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1)) + record(145)
    for number, row in enumerate(rows):
        said += record(0, struct.pack("<IIHHBI", number, 0, 300, 0, 0, 0))
        for column, value in enumerate(row):
            if isinstance(value, bool):
                said += record(4, cell(column) + bytes([value]))
            elif isinstance(value, tuple):  # a day: a number in the style of days
                said += record(5, cell(column, 1) + struct.pack("<d", value[0]))
            elif isinstance(value, int | float):
                said += record(5, cell(column) + struct.pack("<d", value))
            elif value == "#DIV/0!":
                said += record(3, cell(column) + b"\x07")
            elif value:
                said += record(7, cell(column) + struct.pack("<I", strings.setdefault(str(value), len(strings))))
    return said + record(146) + record(130)


strings: dict[str, int] = {}
ROWS = [
    ["Įmonės pavadinimas", "Įmonės kodas", "Narys nuo", "Apyvarta, EUR", "Klaida"],
    ["UAB „Šviesa ir Žemė“", "0301234567", (42886,), 1234567.89],
    ["VšĮ „Ąžuolynas“", 304567890, (43467,), 43, "#DIV/0!"],
    [],
    ["MB Ėriukas; filialas", "", "", True],
]
SHEETS = [("Slapta", 1, sheet([["never read"]], 1)), ("Nariai", 0, sheet(ROWS, 5))]
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
KINDS = "application/vnd.ms-excel."
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def links(*given: tuple[str, str]) -> str:
    each = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(given, 1)
    )
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{each}</Relationships>'


def style(number: int) -> bytes:
    return struct.pack("<HHHHHBBHH", 0, number, 0, 0, 0, 0, 0, 0, 0)


PARTS: dict[str, str | bytes] = {
    "[Content_Types].xml": f'{XML}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Default Extension="bin" ContentType="{KINDS}sheet.binary.macroEnabled.main"/>'
    + "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.bin" ContentType="{KINDS}worksheet"/>'
        for number in range(1, len(SHEETS) + 1)
    )
    + f'<Override PartName="/xl/sharedStrings.bin" ContentType="{KINDS}sharedStrings"/>'
    f'<Override PartName="/xl/styles.bin" ContentType="{KINDS}styles"/></Types>',
    "_rels/.rels": links(("officeDocument", "xl/workbook.bin")),
    "xl/_rels/workbook.bin.rels": links(
        *(("worksheet", f"worksheets/sheet{number}.bin") for number in range(1, len(SHEETS) + 1)),
        ("sharedStrings", "sharedStrings.bin"), ("styles", "styles.bin"),
    ),
    "xl/workbook.bin": record(131) + record(143)
    + b"".join(
        record(156, struct.pack("<II", hidden, number) + wide(f"rId{number}") + wide(name))
        for number, (name, hidden, _said) in enumerate(SHEETS, 1)
    )
    + record(144) + record(132),
    "xl/sharedStrings.bin": record(159, struct.pack("<II", len(strings), len(strings)))
    + b"".join(record(19, b"\x00" + wide(text)) for text in strings) + record(160),
    # Two styles of cells: plain, and days (the built-in format 14).
    "xl/styles.bin": record(278)
    + record(626, struct.pack("<I", 1)) + record(47, struct.pack("<H", 0xFFFF) + style(0)[2:]) + record(627)
    + record(617, struct.pack("<I", 2)) + record(47, style(0)) + record(47, style(14)) + record(618)
    + record(279),
    **{f"xl/worksheets/sheet{number}.bin": said for number, (_name, _hidden, said) in enumerate(SHEETS, 1)},
}  # fmt: skip
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    for name, part in PARTS.items():
        archive.writestr(name, part)

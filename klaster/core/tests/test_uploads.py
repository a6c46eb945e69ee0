import io
import json
import random
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override
from PIL import Image, ImageCms

from klaster.core import redraw, uploads
from klaster.core.uploads import check_document, clean_picture

pytestmark = pytest.mark.usefixtures("in_english")
SECRET = b"54.6872N 25.2797E"


@pytest.mark.parametrize(
    ("size", "english", "lithuanian"),
    [(20_000_000, "20 MB", "20 MB"), (1_550_000, "1.6 MB", "1,6 MB"), (999, "999\xa0bytes", "999\xa0baitai")],
)
def test_sizes_are_said_as_systems_show_them(size, english, lithuanian):
    assert uploads.size_in_words(size) == english
    with override("lt"):
        assert uploads.size_in_words(size) == lithuanian


def upload(name, data):
    return SimpleUploadedFile(name, data)


def picture(kind="PNG", size=(40, 20), mode="RGB", colour=(200, 30, 30), **options):
    buffer = io.BytesIO()
    Image.new(mode, size, colour).save(buffer, kind, **options)
    return buffer.getvalue()


def archive(**entries):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries.items():
            file.writestr(name, data)
    return buffer.getvalue()


def office(main="word/document.xml", **more):
    return archive(**{"[Content_Types].xml": "<Types/>", main: "<w/>", **more})


def open_document(kind="text", **more):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        for name, data in {"content.xml": "<x/>", **more}.items():
            file.writestr(name, data)
    return buffer.getvalue()


def bomb_of_pixels(width=50_000, height=50_000):
    """A PNG of a few kilobytes that would unpack to gigabytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(100_000)))
        + chunk(b"IEND", b"")
    )


def said(function, *arguments):
    with pytest.raises(ValidationError) as error:
        function(*arguments)
    (message,) = error.value.messages
    return message


# --- pictures -------------------------------------------------------------------------------------------------------
def test_a_picture_comes_back_without_what_was_hidden_in_it():
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = picture("JPEG", exif=exif, comment=SECRET, icc_profile=profile) + b"<script>alert(1)</script>"
    assert SECRET in data
    file = clean_picture(upload("Nuotrauka iš Vilniaus.JPG", data))
    clean = file.read()
    assert SECRET not in clean
    assert b"<script>" not in clean
    assert (file.name, file.image_width, file.image_height) == ("Nuotrauka iš Vilniaus.jpg", 40, 20)
    with Image.open(io.BytesIO(clean)) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (40, 20), {})
        assert "icc_profile" not in image.info
        assert all(abs(a - b) < 6 for a, b in zip(image.getpixel((5, 5)), (200, 30, 30), strict=True))


@pytest.mark.parametrize(
    ("kind", "mode", "colour", "becomes", "extension"),
    [
        ("PNG", "RGB", (1, 2, 3), ("PNG", "RGB"), "png"),
        ("PNG", "RGBA", (1, 2, 3, 4), ("PNG", "RGBA"), "png"),
        ("PNG", "P", 3, ("PNG", "RGB"), "png"),
        ("PNG", "I;16", 3, ("PNG", "RGB"), "png"),
        ("PNG", "1", 1, ("PNG", "RGB"), "png"),
        ("GIF", "P", 3, ("PNG", "RGB"), "png"),
        ("JPEG", "L", 3, ("JPEG", "RGB"), "jpg"),
        ("JPEG", "CMYK", (1, 2, 3, 4), ("JPEG", "RGB"), "jpg"),
        ("WEBP", "RGBA", (1, 2, 3, 4), ("WEBP", "RGBA"), "webp"),
        ("AVIF", "RGB", (1, 2, 3), ("JPEG", "RGB"), "jpg"),
    ],
)
def test_every_kind_of_picture_becomes_one_that_browsers_show(kind, mode, colour, becomes, extension):
    file = clean_picture(upload("a.x", picture(kind, mode=mode, colour=colour)))
    assert file.name == f"a.{extension}"
    with Image.open(file) as image:
        assert (image.format, image.mode) == becomes


def test_a_picture_on_its_side_is_set_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    file = clean_picture(upload("a.jpg", picture("JPEG", exif=exif)))
    assert (file.image_width, file.image_height) == (20, 40)


def test_of_a_thousand_frames_one_is_kept():
    frames = [Image.new("P", (10, 10), index % 256) for index in range(1000)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    with Image.open(clean_picture(upload("a.gif", buffer.getvalue()))) as image:
        assert getattr(image, "n_frames", 1) == 1


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
NOT_PICTURES = {
    "drawing.svg": SVG,
    "drawing.png": SVG,
    "page.png": b"<!doctype html><script>alert(1)</script>",
    "eps.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage",
    "pdf.png": b"%PDF-1.7\n%%EOF",
    "text.png": b"labas",
    "tiff.png": picture("TIFF"),
    "bmp.png": picture("BMP"),
    "icon.png": picture("ICO"),
    "heic.png": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(100),
}


@pytest.mark.parametrize("name", NOT_PICTURES)
def test_what_is_no_picture_for_the_web_is_refused(name):
    message = said(clean_picture, upload(name, NOT_PICTURES[name]))
    assert message.startswith("This is not a picture we can show: save it as PNG, JPEG or WebP.")
    if name.startswith(("drawing", "page")):
        assert message.endswith("It looks like a web page or a drawing.")


@pytest.mark.parametrize("cut", [30, 60, 100])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_damaged_pictures_are_one_sentence(kind, cut):
    noise = Image.frombytes("RGB", (60, 60), random.Random(1).randbytes(60 * 60 * 3))  # noqa: S311  same each time
    buffer = io.BytesIO()
    noise.save(buffer, kind)
    message = said(clean_picture, upload("a.png", buffer.getvalue()[: cut * len(buffer.getvalue()) // 1000]))
    assert message.startswith(("The picture is damaged.", "This is not a picture we can show"))


def test_a_picture_of_too_many_pixels_is_not_unpacked():
    data = bomb_of_pixels()
    assert len(data) < 1000
    assert said(clean_picture, upload("a.png", data)) == "The picture has too many pixels: at most 40 million."


def test_the_process_that_draws_has_little_memory_and_time(monkeypatch, tmp_path):
    greedy = tmp_path / "greedy.py"
    greedy.write_text("import resource; resource.setrlimit(resource.RLIMIT_AS, (3 * 10**8,) * 2); x = bytes(10**9)")
    monkeypatch.setattr(uploads, "REDRAW", greedy)
    assert said(clean_picture, upload("a.png", picture())).startswith("The picture is damaged.")
    slow = tmp_path / "slow.py"
    slow.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(uploads, "REDRAW", slow)
    monkeypatch.setattr(uploads, "REDRAW_SECONDS", 0.3)
    assert said(clean_picture, upload("a.png", picture())).startswith("The picture is damaged.")


def test_a_picture_at_the_limit_of_pixels_fits_in_the_memory(monkeypatch):
    side = 6324  # 40 million
    data = picture("JPEG", size=(side, side), mode="RGB")
    about, drawn = uploads._redraw(data)
    assert (about["width"], about["format"]) == (side, "JPEG")
    assert drawn.startswith(b"\xff\xd8")


def test_bytes_without_sense_never_break_the_drawing():
    chance = random.Random(20261122)  # noqa: S311  same each time
    good = {kind: picture(kind) for kind in ("PNG", "JPEG", "GIF", "WEBP")}
    for turn in range(400):
        data = bytearray(good[chance.choice(list(good))])
        for _change in range(chance.randrange(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        about, drawn = redraw.redraw(bytes(data), 1_000_000)
        assert ("problem" in about) == (drawn == b""), turn
        json.dumps(about)


# --- documents ------------------------------------------------------------------------------------------------------
GOOD = {
    "a.pdf": b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n",
    "a.PDF": b"%PDF-1.4\n%%EOF",
    "a.docx": office(),
    "a.xlsx": office("xl/workbook.xml"),
    "a.pptx": office("ppt/presentation.xml"),
    "a.odt": open_document(),
    "a.ods": open_document("spreadsheet"),
    "a.csv": "vardas;miestas\nŽuvis;Šiauliai\n".encode(),
    "b.csv": "vardas;miestas\nŽuvis;Šiauliai\n".encode("cp1257"),
    "c.csv": "vardas\tmiestas\n".encode("utf-16"),
    "a.txt": b"labas",
}


@pytest.mark.parametrize("name", GOOD)
def test_documents_are_kept_as_they_are(name):
    file = upload(name, GOOD[name])
    assert check_document(file) == Path(name).suffix[1:].lower()
    assert file.read() == GOOD[name]


CONTENT = "content does not"
BAD = {
    "page.pdf": (b"<html><script>alert(1)</script></html>", CONTENT),
    "late.pdf": (b"\n\n<html>%PDF-1.7\n%%EOF", CONTENT),
    "cut.pdf": (b"%PDF-1.7\n1 0 obj", CONTENT),
    "page.csv": (b"\xef\xbb\xbf <!DOCTYPE html><script>", CONTENT),
    "page.txt": (b"labas <SVG onload=alert(1)>", CONTENT),
    "wide.txt": ("<html>".encode("utf-16"), CONTENT),
    "binary.csv": (b"a,b\x00c\n", CONTENT),
    "pdf.docx": (GOOD["a.pdf"], CONTENT),
    "xlsx.docx": (GOOD["a.xlsx"], CONTENT),
    "any.docx": (archive(a="b"), CONTENT),
    "cut.docx": (office()[:-30], CONTENT),
    "docx.odt": (office(), CONTENT),
    "macro.docx": (office(**{"word/vbaProject.bin": "x"}), "macros"),
    "macro.odt": (open_document(**{"Basic/Standard/Module1.xml": "x"}), "macros"),
    "slip.docx": (office(**{"../../etc/cron.d/x": "x"}), "damaged"),
    "absolute.docx": (office(**{"/etc/passwd": "x"}), "damaged"),
    "windows.docx": (office(**{"C:\\x": "x"}), "damaged"),
    "template.docx": (
        office(**{"word/_rels/settings.xml.rels": '<Relationship Type="x/attachedTemplate" TargetMode="External"/>'}),
        "template from elsewhere",
    ),
    "bomb.xlsx": (office("xl/workbook.xml", **{"xl/sheet.xml": bytes(40_000_000)}), "far too much"),
    "many.docx": (office(**{f"word/{index}.xml": "" for index in range(6000)}), "far too much"),
    "empty.pdf": (b"", "empty"),
    "program.exe": (b"MZ", "Send one of these"),
    "page.html": (b"<html>", "Send one of these"),
    "drawing.svg": (SVG, "Send one of these"),
    "macro.docm": (office(), "Send one of these"),
    "a.pdf.exe": (GOOD["a.pdf"], "Send one of these"),
    "gpj.\u202efdp.exe": (GOOD["a.pdf"], "Send one of these"),
    "pdf": (GOOD["a.pdf"], "Send one of these"),
}


@pytest.mark.parametrize("name", BAD)
def test_documents_that_are_not_what_they_say_are_refused_with_the_reason(name):
    data, reason = BAD[name]
    assert reason in said(check_document, upload(name, data))


def test_encrypted_documents_are_refused():
    data = bytearray(office())
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at, offset = 0, 6 if mark == b"PK\x03\x04" else 8
        while (at := data.find(mark, at)) >= 0:
            data[at + offset] |= 1
            at += 4
    assert "protected by a password" in said(check_document, upload("a.docx", bytes(data)))


def test_a_field_takes_only_its_kinds_and_sizes(settings):
    settings.MAX_UPLOAD_BYTES = 1000

    class Form(forms.Form):
        logo = uploads.PictureField(required=False)
        agreement = uploads.DocumentField(kinds=["pdf"], required=False)

    def errors(**files):
        return Form({}, files).errors

    assert errors(logo=upload("a.png", picture()), agreement=upload("a.pdf", GOOD["a.pdf"])) == {}
    assert errors(agreement=upload("a.docx", GOOD["a.docx"])) == {"agreement": ["Send one of these: PDF."]}
    assert errors(agreement=upload("a.pdf", GOOD["a.pdf"] + bytes(1000) + b"%%EOF")) == {
        "agreement": ["The file is too large (1.0\xa0KB): at most 1000\xa0bytes."]
    }
    assert set(errors(logo=upload("a.png", SVG))) == {"logo"}
    form = Form({}, {"logo": upload("../../x/a.gif", picture("GIF"))})
    assert form.is_valid()
    assert form.cleaned_data["logo"].name == "a.png"
    assert 'accept=".pdf"' in str(Form()["agreement"])

"""What people sent, asked for again over HTTP, and what editors send in the office."""

import io
import os
import re
from contextlib import closing
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.urls import reverse
from PIL import Image
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from klaster.core import files
from klaster.core.tests.test_uploads import BAD, GOOD, NOT_PICTURES, SECRET, picture

pytestmark = pytest.mark.django_db


def put(name, data=b"x"):
    return default_storage.save(name, ContentFile(data))


def get(client, name, **headers):
    response = client.get(f"/media/{name}", headers=headers, follow=True)
    if response.streaming:
        response.body = b"".join(response.streaming_content)
    return response


def test_names_on_disk_are_ours():
    name = put("logos/Mūsų Ženklas (galutinis).PNG")
    assert re.fullmatch(r"logos/[\w-]{12}/musu-zenklas-galutinis\.png", name)
    assert put("logos/a.png") != put("logos/a.png")
    assert re.fullmatch(r"logos/[\w-]{12}/file\.bin", put("logos/漢字"))
    assert re.fullmatch(r"logos/[\w-]{12}/x\.phpsh", put("logos/x.ph p;$(sh)"))
    assert len(put(f"logos/{'a' * 300}.jpeg")) < 100


def test_a_deleted_file_leaves_no_folder():
    name = put("logos/a.png")
    folder = Path(default_storage.path(name)).parent
    default_storage.delete(name)
    assert not folder.exists()
    assert folder.parent.exists()


def test_public_pictures_are_shown_and_may_be_kept(client):
    name = put("logos/a.png", picture())
    response = get(client, name)
    assert (response.status_code, response.body) == (200, picture())
    assert response["Content-Type"] == "image/png"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in response
    assert get(client, name, if_modified_since=response["Last-Modified"]).status_code == 304
    with closing(client.head(f"/media/{name}")) as head:
        assert head.status_code == 200
    assert client.post(f"/media/{name}").status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "documents/a.pdf", "documents/a.png", "original_images/a.png", "a.png", "logos", "logos/", "logos/none.png",
        "logos/page.html", "logos/drawing.svg", "logos/x.js", "../settings.py", "logos/../../secret.png",
        "logos/..%2f..%2fsecret.png", "logos/%2e%2e/%2e%2e/secret.png", "/etc/passwd", "logos/%00.png",
        "logos//a.png/.", "logos/link.png", "%2e%2e/secret.png", "logos\\..\\..\\secret.png",
    ],
)  # fmt: skip
def test_nothing_else_in_the_folder_exists(client, settings, path):
    media = Path(settings.MEDIA_ROOT)
    (media / "logos").mkdir(parents=True)
    (media / "documents").mkdir()
    (media / "original_images").mkdir()
    (media.parent / "secret.png").write_bytes(SECRET)
    for inside in ("documents/a.pdf", "documents/a.png", "original_images/a.png", "logos/page.html", "a.png"):
        (media / inside).write_bytes(SECRET)
    (media / "logos/drawing.svg").write_bytes(SECRET)
    os.symlink(media.parent / "secret.png", media / "logos/link.png")
    response = get(client, path)
    assert response.status_code in (404, 400)
    assert SECRET not in getattr(response, "body", response.content)


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("Ataskaita.pdf", 'filename="Ataskaita.pdf"'),
        ("Žuvis.pdf", "filename*=utf-8''%C5%BDuvis.pdf"),
        ("../../etc/passwd", 'filename="passwd"'),
        ("C:\\x\\a.html", 'filename="a.html"'),
        ('a"; x="y\r\nSet-Cookie: a=b.html', None),
    ],
)
def test_documents_are_saved_and_not_shown(name, saved):
    response = files.attachment(io.BytesIO(b"<script>alert(1)</script>"), name)
    disposition = response["Content-Disposition"]
    assert disposition.startswith("attachment; ")
    if saved:
        assert disposition == f"attachment; {saved}"
    assert "\r" not in disposition
    assert "\n" not in disposition
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    response.close()


def office_form(kind):
    from wagtail.documents.forms import get_document_form  # noqa: PLC0415
    from wagtail.images.forms import get_image_form  # noqa: PLC0415

    return get_image_form(get_image_model()) if kind == "image" else get_document_form(get_document_model())


def sent(kind, name, data):
    form_class = office_form(kind)
    return form_class(
        {"title": "X", "alt_lt": "Y", "alt_en": "Y", "tags": "", "collection": "1"},
        {"file": SimpleUploadedFile(name, data)},
        user=get_user_model().objects.create_superuser("rasa@example.org", None),
    )


@pytest.mark.parametrize("name", NOT_PICTURES)
def test_the_office_refuses_the_same_pictures(name):
    assert set(sent("image", name, NOT_PICTURES[name]).errors) == {"file"}


@pytest.mark.parametrize("name", BAD)
def test_the_office_refuses_the_same_documents(name):
    assert set(sent("document", name, BAD[name][0]).errors) == {"file"}


@pytest.mark.parametrize("name", GOOD)
def test_the_office_takes_the_same_documents(name):
    assert sent("document", name, GOOD[name]).errors == {}


def test_a_picture_of_the_office_is_drawn_anew():
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    form = sent("image", "Nuotrauka.jpeg", picture("JPEG", exif=exif) + SECRET)
    assert form.errors == {}
    image = form.save()
    image.refresh_from_db()
    assert (image.width, image.height) == (40, 20)
    assert re.fullmatch(r"original_images/[\w-]{12}/nuotrauka\.jpg", image.file.name)
    with image.file.open("rb") as file:
        assert SECRET not in file.read()


def test_a_document_of_the_office_is_saved_and_not_shown(client, settings):
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    form = sent("document", "Įstatai.pdf", GOOD["a.pdf"])
    assert form.errors == {}
    document = form.save()
    assert client.get(document.url).status_code == 404  # no page offers it: see newsroom/tests/test_documents.py
    client.force_login(get_user_model().objects.get(email="rasa@example.org"))
    response = client.get(document.url)
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == GOOD["a.pdf"]
    assert response["Content-Disposition"] == 'attachment; filename="istatai.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'"
    assert get(client, document.file.name).status_code == 404


def test_a_request_with_too_much_in_it_is_not_read(client, settings):
    settings.MAX_UPLOAD_BYTES = 50_000
    body = {"file": SimpleUploadedFile("a.pdf", bytes(200_000))}
    assert client.post(reverse("account_login"), body).status_code == 413


def test_the_check_sees_the_whole_file_even_when_it_lies_on_disk(settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    request = RequestFactory().post("/", {"file": SimpleUploadedFile("a.pdf", GOOD["a.pdf"])})
    upload = request.FILES["file"]
    assert upload.temporary_file_path()
    assert sent("document", "a.pdf", upload.read()).errors == {}
    upload.close()

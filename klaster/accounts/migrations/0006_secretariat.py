"""The group of the network's office, with what it needs in the office pages: all pages, images and documents."""

from django.db import migrations

PAGES = {
    "add_page": "Can add pages",
    "change_page": "Can edit pages",
    "publish_page": "Can publish pages",
    "bulk_delete_page": "Can bulk delete pages",
    "lock_page": "Can lock pages",
    "unlock_page": "Can unlock pages",
}
FILES = {
    "wagtailimages": ("image", ["add", "change", "delete", "choose"]),
    "wagtaildocs": ("document", ["add", "change", "delete", "choose"]),
}


def permission(apps, app_label, model, codename, name):
    """Permissions are made after migrating; the first run has to make them before."""
    kind, _created = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label=app_label, model=model
    )
    found, _created = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename=codename, defaults={"name": name}
    )
    return found


def make_secretariat(apps, schema_editor):
    group, _created = apps.get_model("auth", "Group").objects.get_or_create(name="Secretariat")
    group.permissions.add(permission(apps, "wagtailadmin", "admin", "access_admin", "Can access Wagtail admin"))
    root = apps.get_model("wagtailcore", "Page").objects.get(depth=1)
    on_pages = apps.get_model("wagtailcore", "GroupPagePermission").objects
    for codename, name in PAGES.items():
        on_pages.get_or_create(
            group=group, page=root, permission=permission(apps, "wagtailcore", "page", codename, name)
        )
    collection = apps.get_model("wagtailcore", "Collection").objects.get(depth=1)
    on_files = apps.get_model("wagtailcore", "GroupCollectionPermission").objects
    for app_label, (model, verbs) in FILES.items():
        for verb in verbs:
            may = permission(apps, app_label, model, f"{verb}_{model}", f"Can {verb} {model}")
            on_files.get_or_create(group=group, collection=collection, permission=may)


def close_secretariat(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name="Secretariat").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_chosen_channels"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailadmin", "0006_formstate"),
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
    ]
    operations = [migrations.RunPython(make_secretariat, close_secretariat)]

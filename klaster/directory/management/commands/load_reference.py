"""manage.py load_reference: bring the lists of activities, regions and places into the database."""

from django.core.management.base import BaseCommand

from klaster.directory import reference


class Command(BaseCommand):
    help = "Add NACE Rev. 2 and 2.1, NUTS 2024 and places where they are missing. Changes nothing that is there."

    def handle(self, *args, **options):
        for model, added in reference.load().items():
            self.stdout.write(f"{model}: {added} added")

"""Tasks of the people in the chain on a phone: harvest, buy in, make, pack, ship, receive, sell, write off."""

from django.apps import AppConfig

from lienvung import registry


class FieldConfig(AppConfig):
    name = "lienvung.field"
    label = "field"
    verbose_name = "Công việc / Tasks"

    def ready(self) -> None:
        # Views read tables, so their modules can only be imported when all apps are ready.
        from lienvung.field import offline

        for page in offline.PAGES:
            registry.pages.register(page)

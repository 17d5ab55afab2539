from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "lienvung.people"
    label = "people"

"""The co-operative's book in Excel: template, staged import, undo."""

from django.apps import AppConfig


class BooksConfig(AppConfig):
    name = "lienvung.books"
    label = "books"
    verbose_name = "Sổ Excel / Books in Excel"

"""Files and official documents: what is stored, who may open it, and how an official document is laid out."""

from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "lienvung.papers"
    label = "papers"
    verbose_name = "Văn bản / Papers"

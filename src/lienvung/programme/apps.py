"""The agreement of the provinces, its fields, clauses, commitments, yearly plans, tasks and meetings."""

from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "lienvung.programme"
    label = "programme"
    verbose_name = "Chương trình hợp tác / Cooperation programme"

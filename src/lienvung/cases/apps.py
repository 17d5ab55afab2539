"""What consumers report from the scan page, complaints, and the cases that they become."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "lienvung.cases"
    label = "cases"
    verbose_name = "Phản ánh và vụ việc / Reports and cases"

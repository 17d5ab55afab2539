"""Importing this module sets Django up; commands that touch the database import it first."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienvung.settings")
django.setup()

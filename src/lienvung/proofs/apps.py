"""Certificates of farms, makers and products: what they cover, until when, and what a scan page may claim."""

from django.apps import AppConfig


class ProofsConfig(AppConfig):
    name = "lienvung.proofs"
    label = "proofs"
    verbose_name = "Chứng nhận / Certificates"

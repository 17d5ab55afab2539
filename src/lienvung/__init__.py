"""Lienvung (liên vùng): the platform on which Vietnamese provinces run their cooperation."""

__version__ = "0.1.0"

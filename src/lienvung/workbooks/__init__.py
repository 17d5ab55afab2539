"""Workbooks of strangers: read safely, every fault told by its cell, tried out before they are taken over."""

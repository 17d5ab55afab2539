"""The co-operative's book in Excel: template, staged import, undo."""

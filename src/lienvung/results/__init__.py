"""Indicators, periods, and results that one party claims and the other confirms, returns or disputes."""

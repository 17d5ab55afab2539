"""The room's tables: the figures that parties show, and calendar feeds (`dashboard_models`)."""

from lienvung.reports.dashboard_models import FeedKey, PublicFigure

__all__ = ["FeedKey", "PublicFigure"]

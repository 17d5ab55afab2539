"""The room's tables: the figures that parties show, and calendar feeds (`dashboard_models`); reports, difficulties and
recommendations (`report_models`)."""

from lienvung.reports.dashboard_models import FeedKey, PublicFigure
from lienvung.reports.report_models import Block, Matter, Print, Report

__all__ = ["Block", "FeedKey", "Matter", "Print", "PublicFigure", "Report"]

"""An agreement's rows sent in as a workbook: commitments, indicators, targets and results, staged before they stand."""

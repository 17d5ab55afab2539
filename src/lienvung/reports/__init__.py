"""Official reports made from the results, difficulties and recommendations, dashboards, open data."""

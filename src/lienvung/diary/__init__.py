"""Plots, herds and ponds, and what is done on them: the production diary that harvests rest on."""

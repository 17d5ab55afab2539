"""The agreement of the provinces, its fields, clauses, commitments, yearly plans, tasks and meetings."""

"""Quality control; today the minimal recall: an official marks a lot, its scope is computed and captured."""

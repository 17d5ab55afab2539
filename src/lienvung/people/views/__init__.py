"""Pages of organisations, accounts and the audit log."""

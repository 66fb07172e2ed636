"""What is kept: tables, queries by aggregate, the vault and the audit log. The only SQL."""

"""What is kept: tables, the vault, the audit log and the queries, one file an aggregate."""

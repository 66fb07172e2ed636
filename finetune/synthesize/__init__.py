"""Synthetic filings with gold summaries and gold identifiers, by rules and by a model."""

"""Synthetic filings and clauses by rules (`rules.py`, `clauses.py`), model-made variants (`paraphrase.py`); seeded."""

"""Synthetic filings: by rules (`rules.py`, `demo.py`) and model-made variants (`paraphrase.py`), seeded."""

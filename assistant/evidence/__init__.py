"""What proves: retrieval, the ranker, and the grounding of sentences in passages."""

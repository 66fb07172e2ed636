"""The heart: what a document, a summary and an adapter are, and what can be asked of them."""

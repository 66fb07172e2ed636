"""From a file to a RedactedDocument: read, clean, redact, split, store, index."""

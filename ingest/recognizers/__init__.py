"""Recognizers of identifiers, one a file."""

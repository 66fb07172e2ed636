"""The web app: one file a screen."""

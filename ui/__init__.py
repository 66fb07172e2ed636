"""The command line and the web app: call one service, format the result."""

"""What speaks: the language model behind one small protocol, prompts, and the adapter registry."""

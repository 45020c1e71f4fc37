"""The shop's floor: the real services on real databases, with the world outside in a test's hands."""

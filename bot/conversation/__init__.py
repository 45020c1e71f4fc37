"""The neutral conversation: what can happen, what we can say, and how the one is answered by the other."""

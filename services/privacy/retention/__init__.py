"""Nothing is kept longer than its period."""

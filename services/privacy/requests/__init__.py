"""The register of requests: who asked for what, by when it is due, and what is done about it."""

"""Travellers who buy while everything fails and the bot is killed, and the books that must close in the end."""

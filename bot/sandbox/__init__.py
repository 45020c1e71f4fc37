"""A small outside world on one local port: the services a shop talks to, and the phones of its travellers.

It runs as a process of its own and knows nothing of the bot but its address.
"""

"""Stripe Checkout: one Session for each attempt to be paid, verified events, refunds, and what follows."""

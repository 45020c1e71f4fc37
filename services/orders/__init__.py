"""Orders: what was bought, what was paid, and where each item stands."""

from services.orders.book import Orders, Paid
from services.orders.order import FINAL, Item, Order, Statement

__all__ = ["FINAL", "Item", "Order", "Orders", "Paid", "Statement"]

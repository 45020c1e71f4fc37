"""Orders: what was bought, what was paid, and where each item stands."""

from services.orders.order import FINAL, Item, Order, Statement
from services.orders.book import Orders, Paid

__all__ = ["FINAL", "Item", "Order", "Orders", "Paid", "Statement"]

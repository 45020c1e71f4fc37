"""Products, their prices, and the lines of a checkout that they become."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from bot.sandbox.clock import WorldClock
from bot.sandbox.stripe.asked import Asked
from bot.sandbox.stripe.books import Books
from bot.sandbox.stripe.currencies import step, worded
from bot.sandbox.stripe.errors import invalid, missing, refused
from bot.sandbox.stripe.events import Events
from bot.sandbox.stripe.ids import Obj, draw


class Catalog:
    """Makes products and prices, for the catalog or for one checkout only."""

    def __init__(self, books: Books, events: Events, clock: WorldClock) -> None:
        self._books = books
        self._events = events
        self._clock = clock

    def create_product(self, asked: Asked) -> Obj:
        wanted = asked.params
        if "name" not in wanted:
            raise missing("name")
        if self._books.products.get(wanted.get("id", "")):
            raise refused("Product already exists.", "resource_already_exists", "id")
        product = self._books.products.put(_product(wanted, self._clock.timestamp()))
        self._events.emit("product.created", product)
        return product

    def create_price(self, asked: Asked) -> Obj:
        wanted = asked.params
        if "currency" not in wanted:
            raise missing("currency")
        price = self._books.prices.put(self._price(wanted, ""))
        self._events.emit("price.created", price)
        return price

    def line(self, wanted: dict[str, Any], where: str) -> Obj:
        """A line of a checkout; `where` is its name in the errors, such as `line_items[0]`."""
        if ("price" in wanted) == ("price_data" in wanted):
            raise invalid("You must specify either `price` or `price_data` for each line item.", where)
        if "quantity" not in wanted:
            raise invalid(f"Quantity is required. Add `quantity` to `{where}`", f"{where}[quantity]")
        if "price" in wanted:
            price = self._books.prices.need(wanted["price"], f"{where}[price]")
        else:
            price = {**self._price(wanted["price_data"], f"{where}[price_data]"), "active": False}
        amount = price["unit_amount"] * wanted["quantity"]
        return {
            "id": draw("li_1"),
            "object": "item",
            "adjustable_quantity": None,
            "amount_discount": 0,
            "amount_subtotal": amount,
            "amount_tax": 0,
            "amount_total": amount,
            "currency": price["currency"],
            "description": price["_name"],
            "metadata": wanted.get("metadata", {}),
            "price": {name: value for name, value in price.items() if not name.startswith("_")},
            "quantity": wanted["quantity"],
        }

    def _price(self, wanted: dict[str, Any], where: str) -> Obj:
        def named(name: str) -> str:
            return f"{where}[{name}]" if where else name

        if "product" in wanted:
            product = self._books.products.need(wanted["product"], named("product"))
        elif "product_data" in wanted:
            product = _product(wanted["product_data"], self._clock.timestamp())
        else:
            raise missing(named("product_data"))
        amount, currency = _amount(wanted, named("unit_amount")), wanted["currency"]
        if amount % step(currency):
            why = f"{worded(amount, currency)} cannot be charged in {currency}: too fine a fraction."
            raise invalid(why, named("unit_amount"))
        return {
            "id": draw("price_1"),
            "object": "price",
            "active": wanted.get("active", True),
            "billing_scheme": "per_unit",
            "created": self._clock.timestamp(),
            "currency": currency,
            "custom_unit_amount": None,
            "livemode": False,
            "lookup_key": wanted.get("lookup_key"),
            "metadata": wanted.get("metadata", {}),
            "nickname": wanted.get("nickname"),
            "product": product["id"],
            "recurring": None,
            "tax_behavior": wanted.get("tax_behavior", "unspecified"),
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "one_time",
            "unit_amount": amount,
            "unit_amount_decimal": str(amount),
            "_name": product["name"],
        }


def _amount(wanted: dict[str, Any], name: str) -> int:
    if "unit_amount" in wanted:
        return int(wanted["unit_amount"])
    if "unit_amount_decimal" not in wanted:
        raise missing(name)
    try:
        amount = Decimal(wanted["unit_amount_decimal"])
        whole = int(amount)
    except (InvalidOperation, ValueError, OverflowError) as err:
        raise invalid("Invalid decimal", f"{name}_decimal", "parameter_invalid_decimal") from err
    if amount != whole or whole < 0:
        raise invalid("Invalid decimal", f"{name}_decimal", "parameter_invalid_decimal")
    return whole


def _product(wanted: dict[str, Any], created: int) -> Obj:
    return {
        "id": wanted.get("id") or draw("prod_"),
        "object": "product",
        "active": wanted.get("active", True),
        "created": created,
        "default_price": None,
        "description": wanted.get("description"),
        "images": wanted.get("images", []),
        "livemode": False,
        "marketing_features": [],
        "metadata": wanted.get("metadata", {}),
        "name": wanted["name"],
        "package_dimensions": None,
        "shippable": wanted.get("shippable"),
        "statement_descriptor": None,
        "tax_code": wanted.get("tax_code"),
        "type": "service",
        "unit_label": wanted.get("unit_label"),
        "updated": created,
        "url": wanted.get("url"),
    }

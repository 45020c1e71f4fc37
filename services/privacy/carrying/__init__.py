"""Carrying one's data away: a copy as a ZIP, put together as durable work, handed over in the chat or by a link."""

from services.privacy.carrying.copies import Asked, Copies, Door, Offer, Taken

__all__ = ["Asked", "Copies", "Door", "Offer", "Taken"]

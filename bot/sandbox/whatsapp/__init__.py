"""WhatsApp's Cloud API and the phones on it, small enough for one port and strict enough to be believed."""

from bot.sandbox.whatsapp.service import WhatsApp

__all__ = ["WhatsApp"]

"""Campaigns: the one way by which offers leave the shop, to whoever said yes and has not said no since."""

from services.campaigns.courier import Courier
from services.campaigns.plans import Draft, Malformed, Standing, read_draft
from services.campaigns.register import Campaigns
from services.campaigns.round import Round

__all__ = ["Campaigns", "Courier", "Draft", "Malformed", "Round", "Standing", "read_draft"]

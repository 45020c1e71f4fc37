"""More data for a line that a traveller owns: offered, bought by the same safe path as a line, told."""

from services.topups.refilling import Refilling
from services.topups.selling import Closed, Topup, Topups
from services.topups.story import ToppingUp
from services.topups.surplus import SurplusData

__all__ = ["Closed", "Refilling", "SurplusData", "ToppingUp", "Topup", "Topups"]

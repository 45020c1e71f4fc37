"""More data for a line that a traveller owns: offered, bought by the same safe path as a line, told."""

from services.topups.refilling import Refilling
from services.topups.selling import OVER, Closed, Topup, Topups
from services.topups.story import ToppingUp
from services.topups.surplus import SurplusData

__all__ = ["OVER", "Closed", "Refilling", "SurplusData", "ToppingUp", "Topup", "Topups"]

"""What operators use: doctor, cleanup, a new encryption secret, the logs, health and metrics."""

from ..extensions import background
from .administrators import ask_for_second_factors
from .tidying import tidy

background.add(tidy)
background.add(ask_for_second_factors)

"""What operators use: doctor, cleanup, a new encryption secret, the logs, health and metrics."""

from ..extensions import background
from .tidying import tidy

background.add(tidy)

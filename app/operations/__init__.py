"""What operators use: doctor, cleanup, a new encryption secret, the logs, health and metrics."""

"""Rules over the metrics of a run (alerts.yml), what fired, and the messages that tell of it."""

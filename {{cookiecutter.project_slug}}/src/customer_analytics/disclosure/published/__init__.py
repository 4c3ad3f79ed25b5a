"""What counts people in what each report publishes."""

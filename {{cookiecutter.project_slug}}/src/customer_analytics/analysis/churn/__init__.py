"""Churn: what leaving means here, who was there when, and what was known of them then."""

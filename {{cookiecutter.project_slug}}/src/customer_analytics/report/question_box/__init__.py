"""Answers to questions as pages: one answer with its chart, and the box on the front page."""

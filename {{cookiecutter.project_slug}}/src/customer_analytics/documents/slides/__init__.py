"""A run as slides: one a finding, with its picture, what to do, and a note for the speaker."""

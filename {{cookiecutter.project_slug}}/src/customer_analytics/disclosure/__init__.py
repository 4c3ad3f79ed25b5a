"""How small a group of people may be that a report tells of; the one place where published numbers are emptied."""

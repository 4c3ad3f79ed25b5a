"""Accounts of one person: normalised identifiers, links between accounts, connected components, stable numbers."""

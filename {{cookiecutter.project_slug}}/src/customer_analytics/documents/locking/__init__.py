"""Locking what leaves the house with a password: PDF by AES-256, pages by AES-256-GCM."""

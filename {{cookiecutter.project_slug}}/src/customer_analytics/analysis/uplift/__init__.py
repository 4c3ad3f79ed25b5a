"""What past randomised contacts changed: whom a contact keeps, whom it drives away, and whether that can be told."""

"""Who comes into which arm: strata, and a draw that anyone with the seed can repeat; for audiences and pilots."""

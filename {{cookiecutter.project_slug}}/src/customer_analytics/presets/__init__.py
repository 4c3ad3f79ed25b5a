"""Ready mappings of common exports, and a look into data/raw that proposes one for the others."""

"""How long the store takes with very many jobs."""

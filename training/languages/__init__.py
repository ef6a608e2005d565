"""Training of the networks that read Spanish and German."""

"""Models: a token-classification model of the user's own, from a folder on this machine."""

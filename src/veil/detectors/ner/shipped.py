"""Shipped: the card of the weights that belong to this version; `training.export` writes it."""

CARD_SHA256 = "2ba22b500fa5fa6c71bc86e5aacfbf48143b4d3df51d3cfccc41436ec14b4aa0"

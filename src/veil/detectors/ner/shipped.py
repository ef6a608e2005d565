"""Shipped: the card of the weights that belong to this version; `training.export` writes it."""

CARD_SHA256 = "a6fc49270973eb6d4f55f4d4e623fdfe96e918bd7216f6489e414cb62ae55ade"

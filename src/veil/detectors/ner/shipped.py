"""Shipped: the card of the weights that belong to this version; `training.export` writes it."""

CARD_SHA256 = "a51bdbfedad23367db1c1c7795a6e75d5d0fb99c4c618323641c9d64c5825bd1"

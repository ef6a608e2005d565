"""Shipped: the card of the weights that belong to this version; `training.export` writes it."""

CARD_SHA256 = "fb097dfd6864213682d8c7247bc851100eaddd7c917c678c0ebcb984d284baa7"

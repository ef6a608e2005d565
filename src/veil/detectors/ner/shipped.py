"""Shipped: the card of the weights that belong to this version; `training.export` writes it."""

CARD_SHA256 = "903e8ca3d21bae3e4b2341e6783d8b441478be299d66bb7c76e72b5a3a6ee253"

"""Shipped: the card of the weights that belong to this version; `training.export` writes it."""

CARD_SHA256 = "b610715c5fc3eebd0f4655e437437a0a84ee35a94386bc10a8c87b0554136dbb"

"""Shipped: the card of the weights that belong to this version; `training.export` writes it."""

CARD_SHA256 = "7339a7cdbd3529dba88b00ff766d8334b907e6d4b854ad36f968b745244ffe2a"

"""Shipped: the card of the weights that belong to this version; `training.export` writes it."""

CARD_SHA256 = "46a5a5c37fb16e8ac3903d76147afb7ee64a978972d9157db4d568939fb34287"

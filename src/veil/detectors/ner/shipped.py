"""Shipped: the card of the weights that belong to this version; `training.export` writes it."""

CARD_SHA256 = "ff2f0ef506b73ccc53fbe1aa1fd5d0ef2ab61a184d90deb521a852982b38e9d7"

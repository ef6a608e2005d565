"""Shipped: the card of the weights that belong to this version; `training.export` writes it."""

CARD_SHA256 = "47977443739d748a43b114567c0ff96f4581d76c46405be6d694754c91739878"

"""Shipped: the card of the weights that belong to this version; `training.export` writes it."""

CARD_SHA256 = "818b014523c6aa92ea1e53b94eb78c316e38aacc3a859d7032279d6d151a2921"

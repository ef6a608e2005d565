"""Shipped: the card of the weights that belong to this version; `training.export` writes it."""

CARD_SHA256 = "7f49a7e424040dd344ea21817b5a2f24574efc411d50de4129b95427c85fbdf3"

"""Shipped: the card of the weights that belong to this version; `training.export` writes it."""

CARD_SHA256 = "2cdb8ecace7586cb835921611042eb574d733d141c5981b19e83dc52a5515262"

"""HL7 v2: messages in files, many in one, as ER7 writes them."""

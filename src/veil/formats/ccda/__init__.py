"""C-CDA: clinical documents of HL7, R1.1 and R2.1."""

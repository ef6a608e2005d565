"""Clinical: values of medicine that look like an identifier, and stay."""

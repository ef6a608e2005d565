"""Clinical values that must stay: invented sentences, and how many of their values a scanner masks."""

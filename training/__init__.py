"""Training: makes the data, trains, exports and describes the model that Veil ships. No part of the wheel."""

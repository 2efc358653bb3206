"""The reporting desk: a citizen reports a problem, an officer deals with it, the citizen hears back."""

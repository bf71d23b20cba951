"""Who pays for a call: rules over what its exchange says."""

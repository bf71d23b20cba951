"""`farebox up` and `farebox run` keep the other processes going."""

"""The methods by namespace: a function for each, and beside them their rows of the table."""

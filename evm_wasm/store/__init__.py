"""Keys and values, durable or not; knows nothing of what they mean."""

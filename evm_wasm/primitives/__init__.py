"""Numbers, byte strings and the codecs that everything shares."""

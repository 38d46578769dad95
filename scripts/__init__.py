"""What builds and checks use; nothing that is installed imports it."""

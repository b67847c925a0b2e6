"""What the pages show, ready to place."""

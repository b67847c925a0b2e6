"""FIT files: a columnar decoder that knows nothing of feet, and the reader that does."""

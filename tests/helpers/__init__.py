"""What several tests share: makers of input, of results, and the snapshot of the pipeline."""

"""The page without a terminal: one front end, and one engine behind it wherever it runs."""

"""What leaves the program: terminal text, HTML, PDF, PNG and tables."""

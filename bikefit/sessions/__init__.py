"""What a session to analyse is: one description for a single ride, a comparison, a batch and a manifest.

Nothing is handed out here, so that the command line may know the options without loading what reads recordings.
"""

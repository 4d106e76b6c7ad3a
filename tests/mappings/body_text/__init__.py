"""What a body says."""

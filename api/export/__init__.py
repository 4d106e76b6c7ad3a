"""Every log that matches, as one file."""

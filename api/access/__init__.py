"""Who may read what, and how much each key may ask for."""

"""How texts become words."""

"""More requests than one API can answer."""

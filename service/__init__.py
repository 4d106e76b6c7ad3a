"""What both programs need to be services: settings that are checked at start, and log lines."""

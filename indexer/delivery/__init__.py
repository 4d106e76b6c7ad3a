"""From operations to acknowledged documents."""

"""What the page shows in the tests: `bodies` of each provider, `logs_of_today` a day of logs."""

"""`mendloop dev`: an operator at work on an embedded control plane, reloaded on change, explained."""

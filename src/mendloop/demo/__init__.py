"""The demonstration: the Database operator, what is done to it, and what is shown of it."""

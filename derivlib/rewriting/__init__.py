"""Terms, and the rules of the table at work on them."""

"""From what was printed to what it means: names found, shapes inferred, products grouped."""

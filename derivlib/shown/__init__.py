"""What a reader may ask of a formula: its parts, pictures, graph and NumPy."""

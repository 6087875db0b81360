"""What the words around a formula say of its symbols."""

"""What stands on a page before any of it is understood: blocks, lines, snippets, directives."""

"""What would mend a wrong formula: edits tried at fresh points, remarks, the smallest example."""

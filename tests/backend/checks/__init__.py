"""Parts of the self-check."""

"""girdle."""

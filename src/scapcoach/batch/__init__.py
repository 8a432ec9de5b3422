"""Many clips at once: clips as jobs, and executors that run them here or on a cluster."""

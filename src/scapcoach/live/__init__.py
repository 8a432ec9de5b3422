"""The window: a camera's picture, mirrored, with gauges and cues."""

"""From landmarks and the person's neutral to the state of the shoulder girdle, in degrees."""

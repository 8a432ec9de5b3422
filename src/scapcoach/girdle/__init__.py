"""Estimates of the shoulder girdle in degrees, from landmarks and the person's neutral."""

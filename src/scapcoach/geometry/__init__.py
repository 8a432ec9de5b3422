"""Pure maths over arrays whose first axis is time: vectors, posture, view, silhouette."""

"""Pure maths over leading time axes: vectors, the body frame, the view, the silhouette."""

"""Pictures in, landmarks out: the pose model, and the one person who is followed."""

"""What is painted on a picture: skeleton, gauges, prompts, text."""

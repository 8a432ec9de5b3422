"""Encoded pictures and sound: annotated video, recordings, subtitles, thumbnails."""

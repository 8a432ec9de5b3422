"""Where pictures come from: video files, cameras and streams, each picture with its time."""

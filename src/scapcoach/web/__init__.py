"""The browser's face: a local web server, and the page it serves."""

"""Where results go: overlay, annotated video, tables, summary and the HTML report."""

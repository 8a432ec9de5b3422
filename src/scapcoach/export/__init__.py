"""Files for programs: tables, summary, TRC, Rerun."""

"""What the page shows, as JSON below ``/_sandbox/view/``: tables to search and turn over, and one person."""

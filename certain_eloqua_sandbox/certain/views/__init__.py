"""What the page shows of Certain."""

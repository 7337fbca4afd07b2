"""What the page shows of Eloqua."""

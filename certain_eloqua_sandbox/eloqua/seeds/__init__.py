"""What a seed plants in Eloqua."""

"""What a seed plants in Certain."""

"""The nouns of the event business. Standard library only; every package may import them."""

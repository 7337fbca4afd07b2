"""The nouns of the event business. Standard library only; everybody may use them."""

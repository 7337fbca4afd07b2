"""An outcome becomes a message, and a message goes out by SMTP or another channel."""

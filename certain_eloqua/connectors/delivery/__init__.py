"""The delivery engine: applies a plan once, checkpoints, resumes, and settles what was interrupted."""

"""The kind "text": from a video to its transcript and summaries."""

"""The ffmpeg layer for Lambda, made in one of two ways: compiled for sound alone, or out of a wheel."""

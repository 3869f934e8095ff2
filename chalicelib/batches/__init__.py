"""The batch engine: accept, enqueue, claim, run, record, count, close, and a watchdog over all of it.

It knows no HTTP, no ffmpeg and no video site. See docs/adr/0001-at-least-once.md for the rules it keeps.
"""

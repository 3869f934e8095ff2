"""Summaries written by a language model. Its transcript, its caller's wishes and its own answer are all
untrusted: what goes in is marked and cleaned, what comes out is checked, and times are ours."""

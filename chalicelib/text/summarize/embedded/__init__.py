"""Summaries without a model: the most central sentences of a talk, in its own words."""

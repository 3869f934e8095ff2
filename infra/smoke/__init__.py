"""A short acceptance run against any deployment, by HTTP alone."""

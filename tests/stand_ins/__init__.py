"""Servers on 127.0.0.1 that play the internet: web hosts with media, receivers of webhooks."""

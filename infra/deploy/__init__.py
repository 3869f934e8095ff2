"""Deploying to an AWS account: `python -m infra.deploy --help` tells how."""

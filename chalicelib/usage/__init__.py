"""What accounts use, and what that costs by the price table: docs/usage.md."""

"""Who may do what in AWS: calls as permissions, policies, and the roles that have them."""

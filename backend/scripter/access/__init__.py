"""Who may do what: users, logins, API tokens, scopes, and the trail of what was done."""

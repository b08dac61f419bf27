"""Who is calling, and what the policy allows them: API keys, access tokens, policy."""

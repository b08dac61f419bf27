"""Who may do what: principals, the policy that grants, API keys and the issuers of staff tokens.

Everything here is deny by default: what is not granted by name raises an error of `errors`.
"""

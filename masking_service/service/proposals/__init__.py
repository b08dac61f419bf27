"""Proposes acts: what a person's key has to sign, of every act that the policy lists."""

"""What only `serve --dev` needs."""

"""What only `serve --dev` needs: the embedded store and its child processes."""

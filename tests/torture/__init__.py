"""Long attacks on a real server: `make torture`. They print what they measure."""

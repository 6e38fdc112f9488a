"""Console sign-in: password, MFA, new password. Each step commits its attempt counters even if it fails."""

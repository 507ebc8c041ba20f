"""What a process does beside its requests, and what the processes of a machine share: background jobs, metrics, rate limits."""

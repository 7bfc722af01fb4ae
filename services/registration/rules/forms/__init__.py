"""Forms as values: what an organiser builds, what it means for an answer, what differs between two versions."""

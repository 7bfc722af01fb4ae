"""Selection as pure decisions: who reads what, what scores mean, who enters under which rules, and why."""

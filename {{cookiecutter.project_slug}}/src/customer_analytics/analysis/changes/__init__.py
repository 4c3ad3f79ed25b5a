"""What changed between two runs: findings matched, differences tested, causes named. Plain numbers, no engine."""

"""What changed since an earlier run, in words."""
